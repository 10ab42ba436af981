"""MLP-2 of the VPT paper: a hidden layer as wide as the features before the linear one."""

head = dict(type='mmvpt.MLPHead', num_layers=2)
