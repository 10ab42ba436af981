"""A task of VTAB-1k as in NOAH, FacT and those who compare with them: resized to 224 by bicubic interpolation."""

_base_ = 'vtab.py'
protocol = 'VTAB-1k, bicubic'
pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(224, 224), backend='pillow', interpolation='bicubic'),
    dict(type='PackInputs'),
]
train_dataloader = dict(dataset=dict(pipeline=pipeline))
val_dataloader = dict(dataset=dict(pipeline=pipeline))
test_dataloader = val_dataloader
