"""A linear head on a narrow ViT for the small tasks of Shapes; the backbone waits for its tuner and its base."""

_base_ = [
    '../backbones/vit_narrow_shapes.py',
    '../datasets/shapes_small.py',
    '../schedules/tuning_shapes.py',
    '../runtime_cls.py',
    '../hooks.py',
]
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='mmvpt.TunedBackbone',
        backbone=_base_.backbone,
        init_cfg=dict(type='Pretrained', prefix='backbone.'),
    ),
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes, in_channels=_base_.feature_dim),
)
default_hooks = dict(checkpoint=dict(interval=5, save_optimizer=False))
