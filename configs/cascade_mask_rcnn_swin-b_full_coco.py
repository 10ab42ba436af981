"""Cascade Mask R-CNN with Swin-B on COCO, full fine-tuning."""

_base_ = ['_base_/models/cascade_mask_rcnn_swin-b_coco.py', '_base_/tuners/full.py']
model = dict(backbone=dict(tuner=_base_.tuner))
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'relative_position_bias_table': dict(decay_mult=0.0), 'norm': dict(decay_mult=0.0)})
)
