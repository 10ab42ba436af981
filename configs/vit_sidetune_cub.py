"""Side-tuning of ViT-B/16 (ImageNet-21k) on CUB-200-2011; the VPT paper names no batch size, so it is that of FULL."""

_base_ = [
    '_base_/models/classifier_vpt.py',
    '_base_/datasets/cub.py',
    '_base_/backbones/vit-b16_in21k.py',
    '_base_/tuners/sidetune.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(
    backbone=dict(backbone=_base_.backbone, init_cfg=_base_.pretrained, tuner=_base_.tuner),
    head=dict(num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
train_dataloader = dict(batch_size=128)
