"""A narrow ViT on Shapes from scratch: a base for the small tasks."""

_base_ = ['_base_/backbones/vit_narrow_shapes.py', '_base_/datasets/shapes_classification.py', '_base_/runtime_cls.py']
model = dict(
    type='ImageClassifier',
    backbone=_base_.backbone,
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=2e-3, weight_decay=0.05), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, end=0.5, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=0.5, end=8, convert_to_iter_based=True),
]
train_cfg = dict(by_epoch=True, max_epochs=8, val_interval=8)
val_cfg = dict()
test_cfg = dict()
default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=1))
