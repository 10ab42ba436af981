"""A classifier with mmpretrain's linear head. The row or config that uses it adds the backbone and the data."""

__needs__ = {'num_classes': 'data', 'backbone': 'backbone', 'optim_wrapper': 'optimizer', 'train_cfg': 'schedule'}
_base_ = '../runtime_cls.py'
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone'),
    head=dict(type='LinearClsHead'),
)
default_hooks = _base_.mmvpt_hooks
