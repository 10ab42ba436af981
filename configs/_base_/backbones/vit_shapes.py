"""A small ViT for Shapes, pretrained by the row vit_scratch_shapes."""

feature_dim = 96
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch=dict(embed_dims=96, num_layers=6, num_heads=3, feedforward_channels=192),
    img_size=64,
    patch_size=8,
)
