"""The VPT paper's linear head for CUB-200-2011, which waits for a backbone.

Its start is the one of heads/linear_vpt.py; the loss is the sum of cross-entropies over the batch size, their mean.
"""

_base_ = ['../datasets/cub.py', '../runtime_cls.py']
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone'),
    head=dict(type='mmvpt.MLPHead', num_layers=1, num_classes=_base_.num_classes),
)
default_hooks = _base_.mmvpt_hooks
