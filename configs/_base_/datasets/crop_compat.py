"""Pictures of FGVC as the public code of VPT cuts them: resized to 256, bilinear, then a square of 224.

Training pictures are cut at random; the paper says "randomly resize crop", as the data sets here do. A config takes
these by ``train_dataloader = dict(dataset=dict(pipeline=_base_.crop_compat))``, and ``crop_compat_test`` for
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
