"""Mask R-CNN on Shapes, fine-tuning: the whole backbone trains."""

_base_ = ['_base_/models/mask_rcnn_shapes.py', '_base_/tuners/full.py']
model = dict(backbone=dict(tuner=_base_.tuner))
