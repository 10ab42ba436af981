"""EVA-02 and a linear head for CUB-200-2011, normalised as EVA-02 wants it; the backbone waits for its tuner."""

_base_ = ['classifier_cub.py', '../backbones/eva02-b14.py']
model = dict(backbone=dict(backbone=_base_.backbone), head=dict(in_channels=_base_.feature_dim))
data_preprocessor = dict(mean=_base_.mean, std=_base_.std)
