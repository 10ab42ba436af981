"""Training images of FGVC as the public code of VPT cuts them: resized to 256, then a random square of 224.

The paper says "randomly resize crop", as the data sets here do. A config takes these by
``train_dataloader = dict(dataset=dict(pipeline=_base_.crop_compat))``.
"""

crop_compat = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale=256, edge='short', backend='pillow', interpolation='bicubic'),
    dict(type='RandomCrop', crop_size=224),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
