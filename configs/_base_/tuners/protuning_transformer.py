"""Pro-tuning of a transformer: five prompt blocks, one of them after the embedding, and the output norm.

beta starts at 0.1: from 0 the blocks learn slowly (docs/methods/protuning.md measures both). The paper states no value.
"""

tuner = dict(type='mmvpt.ProTuning', preset='paper-transformer', beta=0.1)
