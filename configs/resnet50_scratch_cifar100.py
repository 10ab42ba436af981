"""ResNet-50 on CIFAR-100 from random weights (Pro-tuning paper, Table 1)."""

_base_ = 'resnet50_full_cifar100.py'
model = dict(backbone=dict(init_cfg=None))
