"""UPerNet with ViT-B/16 on ADE20K, VPT-deep, 10 prompts a layer."""

_base_ = ['_base_/models/upernet_vit-b_ade20k.py', '_base_/tuners/vpt.py']
model = dict(backbone=dict(tuner=_base_.tuner))
