"""Pro-tuning of ResNet-101 on CIFAR-100 (Pro-tuning paper, Table 1)."""

_base_ = ['_base_/models/resnet101_cifar100.py', '_base_/tuners/protuning.py']
model = dict(backbone=dict(tuner=_base_.tuner))
