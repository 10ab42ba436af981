"""A linear head for CIFAR-100, which waits for a backbone."""

_base_ = ['../datasets/cifar100.py', '../runtime_cls.py']
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone'),
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes),
)
default_hooks = _base_.mmvpt_hooks
