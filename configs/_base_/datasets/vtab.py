"""A task of VTAB-1k as in the public code of VPT: resized to 224 without a crop, bilinear, and not augmented.

Like that code, it normalises with the mean and standard deviation of ImageNet for every backbone. Others compare with
images that were resized otherwise (``vtab_noah.py``) or that are not normalised at all (``mean=[0, 0, 0]``,
``std=[255, 255, 255]``): their figures are not of one protocol, and ``mmvpt report`` does not mix them.

Another task: set ``task`` in the three data sets, and ``num_classes`` in the head and in ``data_preprocessor``;
``mmvpt sweep vtab`` does that for all. Without ``class_names.txt`` in its folder, classes are called by their numbers.
"""

protocol = 'VTAB-1k, bilinear'
num_classes = 100
data_preprocessor = dict(
    num_classes=num_classes,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(224, 224), backend='cv2', interpolation='bilinear'),  # as TensorFlow: no antialiasing
    dict(type='PackInputs'),
]
train_dataloader = dict(
    batch_size=64,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='mmvpt.VTAB', data_root='data/vtab-1k', task='cifar', split='train', pipeline=pipeline),
)
val_dataloader = dict(
    batch_size=128,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmvpt.VTAB', data_root='data/vtab-1k', task='cifar', split='val', pipeline=pipeline),
)
test_dataloader = dict(
    batch_size=128,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmvpt.VTAB', data_root='data/vtab-1k', task='cifar', split='test', pipeline=pipeline),
)
val_evaluator = dict(type='Accuracy', topk=(1,))
test_evaluator = val_evaluator
