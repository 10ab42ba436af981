"""ViT-B/16 and a linear head for CUB-200-2011 at 384; the backbone waits for its tuner."""

_base_ = ['../datasets/cub_384.py', '../backbones/vit-b16-384_in21k.py', '../runtime_cls.py']
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone', backbone=_base_.backbone),
    head=dict(type='mmvpt.MLPHead', num_layers=1, num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
default_hooks = _base_.mmvpt_hooks
