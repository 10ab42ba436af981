"""Cascade Mask R-CNN with Swin-B on COCO, Pro-tuning."""

_base_ = ['_base_/models/cascade_mask_rcnn_swin-b_coco.py', '_base_/tuners/protuning_transformer.py']
model = dict(backbone=dict(tuner=_base_.tuner))
