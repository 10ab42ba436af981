"""A ViT of 1.8 million parameters for pictures of 64 pixels, pretrained by the row vit_scratch_clutter."""

feature_dim = 192
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch=dict(embed_dims=192, num_layers=6, num_heads=6, feedforward_channels=384),
    img_size=64,
    patch_size=8,
)
