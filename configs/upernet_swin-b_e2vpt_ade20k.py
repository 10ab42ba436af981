"""UPerNet with Swin-B on ADE20K, E2VPT before it is pruned: 10 prompts and 5 keys and values a block."""

_base_ = ['_base_/models/upernet_swin-b_ade20k.py', '_base_/tuners/e2vpt.py']
model = dict(backbone=dict(tuner=_base_.tuner))
