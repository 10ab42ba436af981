"""A narrow ViT with a linear head for the small Shapes tasks.

Set the tuner and ``init_cfg.checkpoint`` of ``model.backbone`` in the config that inherits this.
"""

_base_ = ['classifier_shapes.py', '../backbones/vit_narrow_shapes.py']
model = dict(backbone=dict(backbone=_base_.backbone), head=dict(in_channels=_base_.feature_dim))
