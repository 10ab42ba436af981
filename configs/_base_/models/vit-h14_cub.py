"""ViT-H/14 and a linear head for CUB-200-2011; the backbone waits for its tuner."""

_base_ = ['classifier_cub.py', '../backbones/vit-h14_in21k.py']
model = dict(backbone=dict(backbone=_base_.backbone), head=dict(in_channels=_base_.feature_dim))
