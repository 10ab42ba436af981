"""Swin-B of ImageNet-21k, windows of 7, images of 224."""

_base_ = 'swin-b_in1k.py'
pretrained = dict(checkpoint='pretrain/swin-b_in21k.safetensors')
