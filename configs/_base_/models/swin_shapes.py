"""A small Swin with a linear head for the small Shapes tasks.

Set the tuner and ``init_cfg.checkpoint`` of ``model.backbone`` in the config that inherits this.
"""

_base_ = ['classifier_shapes.py', '../backbones/swin_shapes.py']
model = dict(
    backbone=dict(backbone=_base_.backbone),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(in_channels=_base_.feature_dim),
)
