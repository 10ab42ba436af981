"""Partial-2 of ResNet-50 on CIFAR-100 (Pro-tuning paper, Table 1)."""

_base_ = ['_base_/models/resnet50_cifar100.py', '_base_/tuners/partial2_resnet.py']
model = dict(backbone=dict(tuner=_base_.tuner))
