"""SETR-PUP on ADE20K, E2VPT before pruning: 10 prompts and 5 keys and values a layer."""

_base_ = ['_base_/models/setr_vit-l_ade20k.py', '_base_/tuners/e2vpt.py', '_base_/optimizers/setr.py']
model = dict(backbone=dict(tuner=_base_.tuner))
optim_wrapper = _base_.setr_prompts
