"""ViT-H/14 of ImageNet-21k: Google's ViT-H_14.npz, converted and normalised as vit-b16_in21k.py."""

_base_ = 'vit-b16_in21k.py'
feature_dim = 1280
backbone = dict(arch='h', patch_size=14)
pretrained = dict(checkpoint='pretrain/vit-h14_in21k.safetensors')
