"""ViT-B/16 of ImageNet-21k for images of 384; the positions of the file for 224 are interpolated when it is loaded."""

_base_ = 'vit-b16_in21k.py'
backbone = dict(img_size=384)
