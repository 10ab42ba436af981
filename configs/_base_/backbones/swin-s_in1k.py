"""Swin-S of ImageNet-1k, windows of 7, images of 224.

``init_cfg`` is the initialisation for training from scratch.
"""

feature_dim = 768
backbone = dict(
    type='mmpretrain.SwinTransformer',
    arch='small',
    img_size=224,
    init_cfg=[
        dict(type='TruncNormal', layer='Linear', std=0.02),
        dict(type='Constant', layer='LayerNorm', val=1.0, bias=0.0),
    ],
)
neck = dict(type='GlobalAveragePooling')
pretrained = dict(type='Pretrained', checkpoint='pretrain/swin-s_in1k.safetensors', prefix='backbone.')
