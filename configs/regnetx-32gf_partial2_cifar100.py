"""Partial-2 of RegNetX-32GF on CIFAR-100 (Pro-tuning paper, Table 1)."""

_base_ = ['_base_/models/regnetx-32gf_cifar100.py', '_base_/tuners/partial2_regnet.py']
model = dict(backbone=dict(tuner=_base_.tuner))
