"""Swin-S of ImageNet-21k, windows of 7, images of 224."""

_base_ = 'swin-s_in1k.py'
pretrained = dict(checkpoint='pretrain/swin-s_in21k.safetensors')
