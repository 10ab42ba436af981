"""Cascade Mask R-CNN with Swin-B on COCO, Pro-tuning."""

_base_ = ['_base_/models/cascade_mask_rcnn_swin-b_coco.py', '_base_/tuners/protuning_transformer_dense.py']
model = dict(backbone=dict(tuner=_base_.tuner))
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'norm': dict(decay_mult=0.0)}))
