"""ConvNeXt-B of ImageNet-21k: mmpretrain's convnext-base_3rdparty_in21k as it is; the backbone pools its last map."""

feature_dim = 1024
backbone = dict(type='mmpretrain.ConvNeXt', arch='base')
neck = None
pretrained = dict(type='Pretrained', checkpoint='pretrain/convnext-b_in21k.pth', prefix='backbone.')
