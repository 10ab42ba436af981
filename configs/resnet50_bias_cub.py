"""Biases and head of ResNet-50 (ImageNet-1k) on CUB-200-2011; batch size of the VPT paper's Table 9."""

_base_ = [
    '_base_/models/resnet50_cub.py',
    '_base_/tuners/bias.py',
    '_base_/optimizers/vpt_adamw_cnn.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=384)
