"""A linear probe of ViT-B/16 (ImageNet-21k) on CUB-200-2011; batch size of the VPT paper's Table 9."""

_base_ = [
    '_base_/backbones/vit-b16_in21k.py',
    '_base_/tuners/linear.py',
    '_base_/datasets/cub.py',
    '_base_/schedules/vpt_sgd_100e.py',
    '_base_/runtime_cls.py',
    '_base_/hooks.py',
]
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone', backbone=_base_.backbone, tuner=_base_.tuner),
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
train_dataloader = dict(batch_size=2048)
