"""ViT-B/16 of ImageNet-21k: Google's ViT-B_16.npz after tools/model_converters (docs/pretrained.md)."""

feature_dim = 768
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch='b',
    img_size=224,
    patch_size=16,
    init_cfg=dict(type='Pretrained', checkpoint='pretrain/vit-b16_in21k.safetensors', prefix='backbone.'),
)
