"""DeiT-B/16 of ImageNet-1k, without a distillation token."""

_base_ = 'deit-s_in1k.py'
feature_dim = 768
backbone = dict(arch='deit-base')
pretrained = dict(checkpoint='pretrain/deit-b_in1k.safetensors')
