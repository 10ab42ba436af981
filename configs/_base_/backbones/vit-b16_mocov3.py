"""ViT-B/16 of MoCo v3; the head sees the class token.

Its positions are sines and cosines, which its file holds and MoCo does not train; full fine-tuning here does.
"""

_base_ = 'vit-b16_in21k.py'
backbone = dict(init_cfg=dict(checkpoint='pretrain/vit-b16_mocov3.safetensors'))
