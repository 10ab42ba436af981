"""UPerNet with SigLIP of timm on ADE20K, VPT-deep, 10 prompts a layer."""

_base_ = ['_base_/models/upernet_siglip_ade20k.py', '_base_/tuners/vpt.py']
model = dict(backbone=dict(tuner=_base_.tuner))
