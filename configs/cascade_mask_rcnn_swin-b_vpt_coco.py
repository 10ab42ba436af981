"""Cascade Mask R-CNN with Swin-B on COCO, VPT-deep, 10 prompts a block."""

_base_ = ['_base_/models/cascade_mask_rcnn_swin-b_coco.py', '_base_/tuners/vpt.py']
model = dict(backbone=dict(tuner=_base_.tuner))
