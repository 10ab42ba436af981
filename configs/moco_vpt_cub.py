"""VPT-deep of ViT-B/16 (MoCo v3) on CUB-200-2011; batch size of the VPT paper's Table 9."""

_base_ = [
    '_base_/models/moco_cub.py',
    '_base_/tuners/vpt.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=128)
