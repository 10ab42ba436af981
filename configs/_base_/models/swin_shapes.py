"""A linear head on a small Swin for the small tasks of Shapes; the backbone waits for its tuner and its base."""

_base_ = ['classifier_shapes.py', '../backbones/swin_shapes.py']
model = dict(
    backbone=dict(backbone=_base_.backbone),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(in_channels=_base_.feature_dim),
)
