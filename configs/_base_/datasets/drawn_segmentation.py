"""Pictures that mmvpt draws, in the layout of ADE20K. A data set that inherits this adds its folder and its classes.

The variables have names of their own, so that a config which inherits another data set can still use these.
"""

train_dataset = dict(
    _delete_=True,
    type='BaseSegDataset',
    data_prefix=dict(img_path='images/training', seg_map_path='annotations/training'),
    reduce_zero_label=True,
    pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations'),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackSegInputs'),
    ],
)
val_dataset = dict(
    _delete_=True,
    type='BaseSegDataset',
    data_prefix=dict(img_path='images/validation', seg_map_path='annotations/validation'),
    reduce_zero_label=True,
    pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations'),
        dict(type='PackSegInputs'),
    ],
)
