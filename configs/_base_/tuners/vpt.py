"""VPT-deep, with the dropout of the paper's appendix A; the paper selects the length for each task from the grid."""

tuner_grid = dict(num_tokens=[1, 5, 10, 50, 100, 200])
tuner = dict(type='mmvpt.DeepPrompts', num_tokens=10, dropout=0.1)
