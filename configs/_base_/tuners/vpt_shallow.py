"""VPT-shallow, with the length that the paper selects for CUB (Table 14)."""

tuner = dict(type='mmvpt.ShallowPrompts', num_tokens=100)
