"""Partial-2 of the Pro-tuning paper: the last layer trains."""

tuner = dict(type='mmvpt.PartialTuning', blocks=1)
