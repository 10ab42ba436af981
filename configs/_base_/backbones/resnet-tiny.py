"""A ResNet-18 of a third of its width for pictures of 64 pixels, pretrained by the row resnet_scratch_clutter."""

feature_dims = [24, 48, 96, 192]
backbone = dict(
    type='mmpretrain.ResNet', depth=18, stem_channels=24, base_channels=24, out_indices=(0, 1, 2, 3), norm_eval=False
)
