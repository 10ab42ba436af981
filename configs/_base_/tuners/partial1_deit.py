"""Partial-1 of the Pro-tuning paper: the MLP of the last layer trains."""

tuner = dict(type='mmvpt.PartialTuning', modules=['layers.11.ffn'])
