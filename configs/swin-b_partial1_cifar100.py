"""Partial-1 of Swin-B on CIFAR-100 (Pro-tuning paper, Table 2)."""

_base_ = ['_base_/models/swin-b_cifar100.py', '_base_/tuners/partial1_swin.py']
model = dict(backbone=dict(tuner=_base_.tuner))
