"""A linear probe of ViT-L/16 (ImageNet-21k) on CUB-200-2011; batch size of the VPT paper's Table 9."""

_base_ = [
    '_base_/models/vit-l16_cub.py',
    '_base_/tuners/linear.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_50e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=2048)
