"""100 epochs, updated every epoch: 0.1, 0.2, ... of the learning rate, all of it in the tenth epoch, then cosine."""

_base_ = 'vpt_100e.py'
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=True, end=10),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=10, end=100),
]
