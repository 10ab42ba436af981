"""Pro-tuning of DeiT-S on CIFAR-100 (Pro-tuning paper, Table 2)."""

_base_ = ['_base_/models/deit-s_cifar100.py', '_base_/tuners/protuning_transformer.py']
model = dict(backbone=dict(tuner=_base_.tuner))
