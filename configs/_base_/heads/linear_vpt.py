"""A linear head initialised as in the VPT paper: He initialisation (fan out), and a prior of 0.01 for each class."""

head = dict(type='mmvpt.MLPHead', num_layers=1)
