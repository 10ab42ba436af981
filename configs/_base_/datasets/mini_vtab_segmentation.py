"""The segmentation set of Mini-VTAB, in the layout of ADE20K: which thing is seen at each pixel, or the ground.

The variables have names of their own, so that a config which inherits another data set can still use these.
"""

metainfo = dict(
    classes=('ground', 'teapot', 'butterfly', 'helicopter', 'envelope', 'shirt', 'duck', 'cactus', 'snowman'),
    palette=[
        [225, 220, 210],
        [214, 78, 63],
        [240, 166, 60],
        [92, 158, 92],
        [64, 120, 192],
        [128, 92, 160],
        [232, 210, 70],
        [64, 180, 180],
        [120, 80, 50],
    ],
)
train_dataset = dict(
    _delete_=True,
    type='BaseSegDataset',
    data_root='data/mini_vtab/segmentation',
    data_prefix=dict(img_path='images/training', seg_map_path='annotations/training'),
    metainfo=metainfo,
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
    data_root='data/mini_vtab/segmentation',
    data_prefix=dict(img_path='images/validation', seg_map_path='annotations/validation'),
    metainfo=metainfo,
    reduce_zero_label=True,
    pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations'),
        dict(type='PackSegInputs'),
    ],
)
