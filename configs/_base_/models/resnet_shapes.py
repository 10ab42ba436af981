"""A narrow ResNet-18 with a linear head for the small Shapes tasks.

Set the tuner and ``init_cfg.checkpoint`` of ``model.backbone`` in the config that inherits this.
"""

_base_ = ['classifier_shapes.py', '../backbones/resnet_shapes.py']
model = dict(
    backbone=dict(backbone=dict(_base_.backbone, out_indices=(3,))),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(in_channels=_base_.feature_dims[-1]),
)
