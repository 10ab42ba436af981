"""Cascade Mask R-CNN with Swin-B on COCO, head retraining."""

_base_ = ['_base_/models/cascade_mask_rcnn_swin-b_coco.py', '_base_/tuners/linear.py']
model = dict(backbone=dict(tuner=_base_.tuner))
