"""VPT-deep and biases, with the length of VPT+BIAS in the paper's segmentation (Table 4)."""

tuner = [dict(type='mmvpt.DeepPrompts', num_tokens=100, dropout=0.1), dict(type='mmvpt.BiasTuning')]
