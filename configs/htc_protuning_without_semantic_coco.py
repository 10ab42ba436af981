"""HTC with ResNet-50 on COCO without its semantic branch, Pro-tuning."""

_base_ = ['_base_/models/htc_r50_without_semantic_coco.py', '_base_/tuners/protuning_dense.py']
model = dict(backbone=dict(tuner=_base_.tuner))
