"""A bottleneck after each feed-forward network of a transformer; the VPT paper tries the reductions of the grid."""

tuner_grid = dict(reduction=[8, 64, 256])
tuner = dict(type='mmvpt.Adapter', reduction=8)
