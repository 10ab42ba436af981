"""Cascade Mask R-CNN with DINOv3 of timm on COCO, VPT-deep, 10 prompts a layer."""

_base_ = ['_base_/models/cascade_mask_rcnn_dinov3_coco.py', '_base_/tuners/vpt.py']
model = dict(backbone=dict(tuner=_base_.tuner))
