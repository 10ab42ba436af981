"""RegNetX-32GF on CIFAR-100 from random weights (Pro-tuning paper, Table 1)."""

_base_ = 'regnetx-32gf_full_cifar100.py'
model = dict(backbone=dict(init_cfg=None))
