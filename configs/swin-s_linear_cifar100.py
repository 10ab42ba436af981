"""Head retraining of Swin-S on CIFAR-100 (Pro-tuning paper, Table 2)."""

_base_ = ['_base_/models/swin-s_cifar100.py', '_base_/tuners/linear.py']
model = dict(backbone=dict(tuner=_base_.tuner))
