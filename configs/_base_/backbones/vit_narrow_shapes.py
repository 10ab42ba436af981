"""A narrow ViT for Shapes, as vit_narrow_scratch_shapes leaves it: a third of the cost of vit_shapes.py."""

feature_dim = 64
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch=dict(embed_dims=64, num_layers=4, num_heads=2, feedforward_channels=128),
    img_size=64,
    patch_size=8,
    out_type='avg_featmap',
)
