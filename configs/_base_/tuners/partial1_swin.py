"""Partial-1 of the Pro-tuning paper: the last linear layer trains.

The attention of the last block has the same number of parameters, so the paper's count fits both.
"""

tuner = dict(type='mmvpt.PartialTuning', modules=['stages.3.blocks.1.ffn.layers.1'])
