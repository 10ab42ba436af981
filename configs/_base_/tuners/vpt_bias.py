"""VPT-deep and biases, with the length of VPT+BIAS in the paper's segmentation (Table 4)."""

tuner_grid = {'0.num_tokens': [1, 5, 10, 50, 100, 200]}
tuner = [dict(type='mmvpt.DeepPrompts', num_tokens=100, dropout=0.1), dict(type='mmvpt.BiasTuning')]
