"""Partial-2 of the Pro-tuning paper: the last two bottlenecks train."""

tuner = dict(type='mmvpt.PartialTuning', blocks=2)
