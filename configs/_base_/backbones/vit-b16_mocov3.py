"""ViT-B/16 of MoCo v3; the head sees the class token.

Its position embedding is made of sines and cosines and is in the file. MoCo v3 does not train it; full fine-tuning
here does.
"""

_base_ = 'vit-b16_in21k.py'
pretrained = dict(checkpoint='pretrain/vit-b16_mocov3.safetensors')
