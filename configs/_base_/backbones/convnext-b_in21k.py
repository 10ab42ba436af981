"""ConvNeXt-B of ImageNet-21k: Facebook's file after tools/model_converters; the backbone itself pools its last map."""

feature_dim = 1024
backbone = dict(type='mmpretrain.ConvNeXt', arch='base')
neck = None
pretrained = dict(type='Pretrained', checkpoint='pretrain/convnext-b_in21k.safetensors', prefix='backbone.')
