"""MLP-5 of the VPT paper: four hidden layers as wide as the features before the linear one."""

head = dict(type='mmvpt.MLPHead', num_layers=5)
