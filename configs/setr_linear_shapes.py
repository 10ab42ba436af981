"""SETR-PUP on Shapes, head only: setr_vpt_shapes.py without its prompts."""

_base_ = 'setr_vpt_shapes.py'
model = dict(backbone=dict(tuner=dict(_delete_=True, type='mmvpt.LinearProbe')))
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True))
