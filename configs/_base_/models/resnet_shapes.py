"""A linear head on a narrow ResNet-18 for the small tasks of Shapes; the backbone waits for its tuner and its base."""

_base_ = [
    '../backbones/resnet_shapes.py',
    '../datasets/shapes_small.py',
    '../schedules/tuning_shapes.py',
    '../runtime_cls.py',
    '../hooks.py',
]
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, out_indices=(3,)),
        init_cfg=dict(type='Pretrained', prefix='backbone.'),
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes, in_channels=_base_.feature_dims[-1]),
)
default_hooks = dict(checkpoint=dict(interval=5, save_optimizer=False))
