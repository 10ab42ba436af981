"""VPT-deep, with the dropout of the paper's appendix A."""

tuner = dict(type='mmvpt.DeepPrompts', num_tokens=10, dropout=0.1)
