"""Pro-tuning of Swin-B on CIFAR-100 (Pro-tuning paper, Table 2)."""

_base_ = [
    '_base_/models/classifier.py',
    '_base_/datasets/cifar100.py',
    '_base_/backbones/swin-b_in1k.py',
    '_base_/tuners/protuning_transformer.py',
    '_base_/optimizers/vpt_adamw.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(
    backbone=dict(backbone=_base_.backbone, init_cfg=_base_.pretrained, tuner=_base_.tuner),
    neck=_base_.neck,
    head=dict(num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
