"""VPT-shallow of a Swin, whose windows have 49 patches: the paper tries 1 to 50 prompts, and prints no choice."""

_base_ = 'vpt_shallow.py'
tuner_grid = dict(num_tokens=[1, 5, 10, 50])
tuner = dict(num_tokens=10)
