"""ViT-L/16 of ImageNet-21k: Google's ViT-L_16.npz, converted and normalised as vit-b16_in21k.py."""

_base_ = 'vit-b16_in21k.py'
feature_dim = 1024
backbone = dict(arch='l')
pretrained = dict(checkpoint='pretrain/vit-l16_in21k.safetensors')
