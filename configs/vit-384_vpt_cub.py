"""VPT-deep of ViT-B/16 (ImageNet-21k) on CUB-200-2011 at 384; the VPT paper's batch size for 224."""

_base_ = [
    '_base_/models/vit-b16-384_cub.py',
    '_base_/tuners/vpt.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=128)
