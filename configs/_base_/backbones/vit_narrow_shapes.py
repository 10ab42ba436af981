"""A narrow ViT for Shapes, pretrained by the row vit_narrow_scratch_shapes. It costs a third of vit_shapes.py."""

feature_dim = 64
backbone = dict(
    type='mmpretrain.VisionTransformer',
    arch=dict(embed_dims=64, num_layers=4, num_heads=2, feedforward_channels=128),
    img_size=64,
    patch_size=8,
    out_type='avg_featmap',
)
