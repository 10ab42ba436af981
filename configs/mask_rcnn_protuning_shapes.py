"""Mask R-CNN on Shapes, Pro-tuning: a prompt block after each stage trains."""

_base_ = ['_base_/models/mask_rcnn_shapes.py', '_base_/tuners/protuning.py']
model = dict(backbone=dict(tuner=_base_.tuner))
optim_wrapper = dict(paramwise_cfg=dict(tuner=dict(lr_mult=10.0)))
