"""Swin-B of ImageNet-1k, windows of 7, images of 224."""

_base_ = 'swin-s_in1k.py'
feature_dim = 1024
backbone = dict(arch='base')
pretrained = dict(checkpoint='pretrain/swin-b_in1k.safetensors')
