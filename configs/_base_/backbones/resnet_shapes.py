"""A narrow ResNet-18 for Shapes, pretrained by the row resnet_scratch_shapes."""

feature_dims = [16, 32, 64, 128]
backbone = dict(
    type='mmpretrain.ResNet', depth=18, stem_channels=16, base_channels=16, out_indices=(0, 1, 2, 3), norm_eval=False
)
