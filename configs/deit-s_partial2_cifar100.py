"""Partial-2 of DeiT-S on CIFAR-100 (Pro-tuning paper, Table 2)."""

_base_ = ['_base_/models/deit-s_cifar100.py', '_base_/tuners/partial2_deit.py']
model = dict(backbone=dict(tuner=_base_.tuner))
