"""Swin-T of ImageNet-21k, windows of 7, images of 224."""

_base_ = 'swin-s_in1k.py'
backbone = dict(arch='tiny')
pretrained = dict(checkpoint='pretrain/swin-t_in21k.safetensors')
