"""ViT-B/16 of ImageNet-21k: Google's ViT-B_16.npz, converted (docs/guides/pretrained.md).

Google trained it on images normalised with mean 127.5 and standard deviation 127.5. The VPT paper uses the mean and
standard deviation of ImageNet (appendix A), and so do the configs with this backbone.
"""

feature_dim = 768
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch='b',
    img_size=224,
    patch_size=16,
)
pretrained = dict(type='Pretrained', checkpoint='pretrain/vit-b16_in21k.safetensors', prefix='backbone.')
