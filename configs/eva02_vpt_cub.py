"""VPT-deep of EVA-02 (ViT-B/14), by timm, on CUB-200-2011; the VPT paper's batch size for ViT-B."""

_base_ = [
    '_base_/models/eva02_cub.py',
    '_base_/tuners/vpt.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=128)
