"""A classifier with a linear head for the small Shapes tasks.

Set the backbone, its ``init_cfg.checkpoint`` and its tuner in the config that inherits this.
"""

_base_ = ['../datasets/shapes_small.py', '../schedules/tuning_shapes.py', '../runtime_cls.py']
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone', init_cfg=dict(type='Pretrained', prefix='backbone.')),
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes),
)
default_hooks = dict(**_base_.mmvpt_hooks, checkpoint=dict(interval=5, save_optimizer=False))
