"""Cascade Mask R-CNN with ResNet-50 on COCO, Pro-tuning (Pro-tuning paper, Table 5)."""

_base_ = ['_base_/models/cascade_mask_rcnn_r50_coco.py', '_base_/tuners/protuning_dense.py']
model = dict(backbone=dict(tuner=_base_.tuner))
