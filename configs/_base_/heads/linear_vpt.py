"""A linear head that starts as the VPT paper's: He's start by the outputs, and a prior of 0.01 for each class."""

head = dict(type='mmvpt.MLPHead', num_layers=1)
