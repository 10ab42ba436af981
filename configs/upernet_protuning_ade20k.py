"""UPerNet with ResNet-50 on ADE20K, Pro-tuning (Pro-tuning paper, Table 6)."""

_base_ = ['_base_/models/upernet_r50_ade20k.py', '_base_/tuners/protuning_dense.py']
model = dict(backbone=dict(tuner=_base_.tuner))
