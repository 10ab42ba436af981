"""Partial-1 of the Pro-tuning paper: the last linear layer trains.

The attention of the last block has as many parameters; the paper's count does not decide between the two.
"""

tuner = dict(type='mmvpt.PartialTuning', modules=['stages.3.blocks.1.ffn.layers.1'])
