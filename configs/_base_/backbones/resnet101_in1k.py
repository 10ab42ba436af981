"""ResNet-101 of ImageNet-1k."""

_base_ = 'resnet50_in1k.py'
backbone = dict(depth=101)
pretrained = dict(checkpoint='pretrain/resnet101_in1k.safetensors')
