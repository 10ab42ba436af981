"""50 epochs, 10 of them warm-up: the schedule of ViT-L and ViT-H (VPT, Table 7)."""

_base_ = 'vpt_100e.py'
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, by_epoch=True, end=10, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=10, end=50, convert_to_iter_based=True),
]
train_cfg = dict(max_epochs=50)
