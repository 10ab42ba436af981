"""SETR-PUP on ADE20K, head only (VPT paper, Table 4)."""

_base_ = ['_base_/models/setr_vit-l_ade20k.py', '_base_/tuners/linear.py', '_base_/optimizers/setr.py']
model = dict(backbone=dict(tuner=_base_.tuner))
optim_wrapper = _base_.setr_frozen
