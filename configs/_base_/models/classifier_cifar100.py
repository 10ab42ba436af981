"""A linear head for CIFAR-100, which waits for a backbone."""

# mmvpt teaches MMEngine where OneDL's mmpretrain keeps its configs; mmpretrain's own tools read this before
# they import mmvpt
_base_ = __import__('mmvpt') and ['../datasets/cifar100.py', '../runtime_cls.py', '../hooks.py']
model = dict(
    type='ImageClassifier',
    backbone=dict(type='mmvpt.TunedBackbone'),
    head=dict(type='LinearClsHead', num_classes=_base_.num_classes),
)
