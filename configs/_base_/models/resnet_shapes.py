"""A linear head on a narrow ResNet-18 for the small tasks of Shapes; the backbone waits for its tuner and its base."""

_base_ = ['classifier_shapes.py', '../backbones/resnet_shapes.py']
model = dict(
    backbone=dict(backbone=dict(_base_.backbone, out_indices=(3,))),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(in_channels=_base_.feature_dims[-1]),
)
