"""DeiT-S/16 of ImageNet-1k, without a distillation token; the head sees the class token.

``init_cfg`` is the initialisation for training from scratch.
"""

feature_dim = 384
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch='deit-small',
    img_size=224,
    patch_size=16,
    init_cfg=[
        dict(type='TruncNormal', layer='Linear', std=0.02),
        dict(type='Constant', layer='LayerNorm', val=1.0, bias=0.0),
    ],
)
neck = None
pretrained = dict(type='Pretrained', checkpoint='pretrain/deit-s_in1k.safetensors', prefix='backbone.')
