"""Swin-L of ImageNet-21k, windows of 7, images of 224."""

_base_ = 'swin-s_in1k.py'
feature_dim = 1536
backbone = dict(arch='large')
pretrained = dict(checkpoint='pretrain/swin-l_in21k.safetensors')
