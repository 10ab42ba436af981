"""Pro-tuning of ResNet-50 on CIFAR-100 (Pro-tuning paper, Table 1)."""

_base_ = [
    '_base_/models/classifier.py',
    '_base_/datasets/cifar100.py',
    '_base_/backbones/resnet50_in1k.py',
    '_base_/tuners/protuning.py',
    '_base_/schedules/finetune_sgd_100e.py',
]
model = dict(
    backbone=dict(backbone=_base_.backbone, init_cfg=_base_.pretrained, tuner=_base_.tuner),
    neck=_base_.neck,
    head=dict(num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
