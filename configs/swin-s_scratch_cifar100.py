"""Swin-S on CIFAR-100 from random weights (Pro-tuning paper, Table 2)."""

_base_ = 'swin-s_full_cifar100.py'
model = dict(backbone=dict(init_cfg=None))
