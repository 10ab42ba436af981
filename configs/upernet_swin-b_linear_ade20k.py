"""UPerNet with Swin-B on ADE20K, head only."""

_base_ = ['_base_/models/upernet_swin-b_ade20k.py', '_base_/tuners/linear.py']
model = dict(backbone=dict(tuner=_base_.tuner))
