"""A linear head on a narrow ViT for the small tasks of Shapes; the backbone waits for its tuner and its base."""

_base_ = ['classifier_shapes.py', '../backbones/vit_narrow_shapes.py']
model = dict(backbone=dict(backbone=_base_.backbone), head=dict(in_channels=_base_.feature_dim))
