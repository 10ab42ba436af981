"""100 epochs of one learning rate each: a tenth, two tenths and so on, all of it from the tenth, then cosine."""

_base_ = 'vpt_100e.py'
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=True, end=10),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=10, end=100),
]
