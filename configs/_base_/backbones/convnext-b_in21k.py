"""ConvNeXt-B of ImageNet-21k: Facebook's file, converted by tools/model_converters. It averages its own last map."""

feature_dim = 1024
backbone = dict(type='mmpretrain.ConvNeXt', arch='base')
neck = None
pretrained = dict(type='Pretrained', checkpoint='pretrain/convnext-b_in21k.safetensors', prefix='backbone.')
