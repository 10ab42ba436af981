"""VPT-deep of Swin-S (ImageNet-21k) on CUB-200-2011; the batch size that the VPT paper has for Swin-B."""

_base_ = [
    '_base_/models/swin-s_cub.py',
    '_base_/tuners/vpt_swin.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=80)
