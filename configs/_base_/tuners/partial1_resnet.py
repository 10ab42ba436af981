"""Partial-1 of the Pro-tuning paper: the last bottleneck trains."""

tuner = dict(type='mmvpt.PartialTuning', blocks=1)
