"""Swin-S on CIFAR-100; the backbone waits for its tuner."""

_base_ = [
    'classifier_cifar100.py',
    '../backbones/swin-s_in1k.py',
    '../optimizers/vpt_adamw.py',
    '../schedules/vpt_100e.py',
]
model = dict(
    backbone=dict(backbone=_base_.backbone, init_cfg=_base_.pretrained),
    neck=_base_.neck,
    head=dict(in_channels=_base_.feature_dim),
)
