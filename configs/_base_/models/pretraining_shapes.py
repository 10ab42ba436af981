"""A classifier that trains from scratch on Shapes. Other Shapes configs use its weights as their base."""

__needs__ = {'backbone': 'backbone'}
_base_ = ['../datasets/shapes_classification.py', '../runtime_cls.py']
model = dict(type='ImageClassifier', head=dict(type='LinearClsHead', num_classes=_base_.num_classes))
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=2e-3, weight_decay=0.05), clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, end=0.5, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=0.5, end=5, convert_to_iter_based=True),
]
train_cfg = dict(by_epoch=True, max_epochs=5, val_interval=5)
val_cfg = dict()
test_cfg = dict()
default_hooks = dict(finite_loss=_base_.mmvpt_hooks.finite_loss, checkpoint=dict(interval=1, max_keep_ckpts=1))
