"""Cascade Mask R-CNN with ViT-B/16 on COCO, the ViT frozen."""

_base_ = ['_base_/models/cascade_mask_rcnn_vit-b_coco.py', '_base_/tuners/linear.py']
model = dict(backbone=dict(tuner=_base_.tuner))
