"""UPerNet with Swin-B on ADE20K, VPT-deep, 10 prompts a block."""

_base_ = ['_base_/models/upernet_swin-b_ade20k.py', '_base_/tuners/vpt.py']
model = dict(backbone=dict(tuner=_base_.tuner))
