"""100 epochs as the public code of VPT steps them: epoch e of the first ten has e tenths of the rate, the first none.

A rate of 0 cannot be multiplied up again, so the first epoch has a billionth of it.
"""

_base_ = 'vpt_100e.py'
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-9, by_epoch=True, end=11),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=10, end=100),
]
