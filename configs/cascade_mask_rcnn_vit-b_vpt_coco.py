"""Cascade Mask R-CNN with ViT-B/16 on COCO, VPT-deep, 10 prompts a layer."""

_base_ = ['_base_/models/cascade_mask_rcnn_vit-b_coco.py', '_base_/tuners/vpt.py']
model = dict(backbone=dict(tuner=_base_.tuner))
