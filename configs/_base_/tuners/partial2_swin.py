"""Partial-2 of the Pro-tuning paper: the MLP of the last block trains."""

tuner = dict(type='mmvpt.PartialTuning', modules=['stages.3.blocks.1.ffn'])
