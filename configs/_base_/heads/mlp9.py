"""MLP-9 of the VPT paper: eight hidden layers as wide as the features before the linear one."""

head = dict(type='mmvpt.MLPHead', num_layers=9)
