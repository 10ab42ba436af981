"""ViT-B/16 of ImageNet-21k: Google's ViT-B_16.npz after tools/model_converters (docs/pretrained.md).

Google trained it on pictures normalised with 127.5 and 127.5. The VPT paper normalises with the mean and deviation of
ImageNet (appendix A), and so do the configs that take this file.
"""

feature_dim = 768
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch='b',
    img_size=224,
    patch_size=16,
    init_cfg=dict(type='Pretrained', checkpoint='pretrain/vit-b16_in21k.safetensors', prefix='backbone.'),
)
