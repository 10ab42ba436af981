"""100 epochs as in the public code of VPT: epoch e of the first ten (from 0) has e tenths of the learning rate.

MMEngine scales the rate by factors, and 0 cannot be scaled up again, so epoch 0 has a billionth of the rate.
"""

_base_ = 'vpt_100e.py'
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-9, by_epoch=True, end=11),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=10, end=100),
]
