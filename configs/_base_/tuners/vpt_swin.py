"""VPT-deep of a Swin, whose windows have 49 patches: the paper tries up to 50 prompts."""

_base_ = 'vpt.py'
tuner_grid = dict(num_tokens=[1, 5, 10, 50])
