"""VPT-shallow, with the length that the paper selects for CUB (Table 14) from the grid."""

tuner_grid = dict(num_tokens=[1, 5, 10, 50, 100, 200])
tuner = dict(type='mmvpt.ShallowPrompts', num_tokens=100)
