"""50 epochs as in the public code of VPT; see vpt_100e_compat.py."""

_base_ = 'vpt_50e.py'
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-9, by_epoch=True, end=11),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=10, end=50),
]
