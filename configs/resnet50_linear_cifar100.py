"""Head retraining of ResNet-50 on CIFAR-100 (Pro-tuning paper, Table 1)."""

_base_ = ['_base_/models/resnet50_cifar100.py', '_base_/tuners/linear.py']
model = dict(backbone=dict(tuner=_base_.tuner))
