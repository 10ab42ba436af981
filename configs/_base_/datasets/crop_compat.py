"""Image crops for FGVC as in the public code of VPT: bilinear resize to 256, then a square of 224.

Training images get a random crop. The paper says "randomly resize crop", which the other data fragments do. To use
these: ``train_dataloader = dict(dataset=dict(pipeline=_base_.crop_compat))``, and ``crop_compat_test`` for
the other splits.
"""

crop_compat = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale=256, edge='short', backend='pillow', interpolation='bilinear'),
    dict(type='RandomCrop', crop_size=224),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
crop_compat_test = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale=256, edge='short', backend='pillow', interpolation='bilinear'),
    dict(type='CenterCrop', crop_size=224),
    dict(type='PackInputs'),
]
