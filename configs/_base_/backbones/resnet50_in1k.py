"""ResNet-50 of ImageNet-1k: torchvision's file, converted by tools/model_converters (docs/guides/pretrained.md)."""

feature_dim = 2048
backbone = dict(type='mmpretrain.ResNet', depth=50)
neck = dict(type='GlobalAveragePooling')
pretrained = dict(type='Pretrained', checkpoint='pretrain/resnet50_in1k.safetensors', prefix='backbone.')
