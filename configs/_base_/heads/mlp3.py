"""MLP-3 of the VPT paper: two hidden layers as wide as the features before the linear one."""

head = dict(type='mmvpt.MLPHead', num_layers=3)
