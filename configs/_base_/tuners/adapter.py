"""A bottleneck after each feed-forward network of a transformer; the VPT paper tries the reductions 8, 64 and 256."""

tuner = dict(type='mmvpt.Adapter', reduction=8)
