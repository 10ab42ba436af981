"""A Swin of 2.1 million parameters for pictures of 64 pixels, pretrained by the row swin_scratch_clutter."""

feature_dim = 256
backbone = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=32, depths=[1, 2, 4, 1], num_heads=[1, 2, 4, 8]),
    img_size=64,
    window_size=4,
    pad_small_map=True,
    drop_path_rate=0.0,
)
