"""A linear head on ConvNeXt-B for CUB-200-2011; the backbone waits for its tuner."""

_base_ = ['../backbones/convnext-b_in21k.py', '../datasets/cub.py', '../runtime_cls.py', '../hooks.py']
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone', backbone=_base_.backbone, init_cfg=_base_.pretrained),
    neck=_base_.neck,
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
