"""E2VPT of ViT-B/16 (ImageNet-21k) on CUB-200-2011, before it is pruned; batch size of the E2VPT paper."""

_base_ = [
    '_base_/models/vit-b16_cub.py',
    '_base_/tuners/e2vpt.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=128)
