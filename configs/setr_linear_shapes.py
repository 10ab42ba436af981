"""SETR-PUP on Shapes, head only: setr_vpt_shapes.py without its prompts, at the learning rate that suits it best."""

_base_ = 'setr_vpt_shapes.py'
model = dict(backbone=dict(tuner=dict(_delete_=True, type='mmvpt.LinearProbe')))
optim_wrapper = dict(optimizer=dict(lr=0.8), paramwise_cfg=dict(_delete_=True))
