"""Swin-L and a linear head for CUB-200-2011; the backbone waits for its tuner."""

_base_ = ['classifier_cub.py', '../backbones/swin-l_in21k.py']
model = dict(
    backbone=dict(backbone=_base_.backbone, init_cfg=_base_.pretrained),
    neck=_base_.neck,
    head=dict(in_channels=_base_.feature_dim),
)
