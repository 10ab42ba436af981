"""A linear head for the small tasks of Shapes; the backbone, its base and its tuner are still to come."""

_base_ = ['../datasets/shapes_small.py', '../schedules/tuning_shapes.py', '../runtime_cls.py']
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone', init_cfg=dict(type='Pretrained', prefix='backbone.')),
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes),
)
default_hooks = dict(**_base_.mmvpt_hooks, checkpoint=dict(interval=5, save_optimizer=False))
