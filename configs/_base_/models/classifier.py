"""mmpretrain's linear head on a backbone that a row or a config adds, with its data."""

__needs__ = {'num_classes': 'data', 'backbone': 'backbone', 'optim_wrapper': 'optimizer', 'train_cfg': 'schedule'}
_base_ = '../runtime_cls.py'
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone'),
    head=dict(type='LinearClsHead'),
)
default_hooks = _base_.mmvpt_hooks
