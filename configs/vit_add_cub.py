"""Prompts added to the tokens of ViT-B/16 (ImageNet-21k) on CUB-200-2011; batch size of VPT in the paper's Table 9."""

_base_ = [
    '_base_/models/vit-b16_cub.py',
    '_base_/tuners/add.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=128)
