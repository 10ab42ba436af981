"""Pro-tuning of a transformer: five prompt blocks, one of them after the embedding, and the output norm.

beta starts at 0.1, not at 0, from where blocks wake slowly (docs/protuning.md measures both); the paper is silent.
"""

tuner = dict(type='mmvpt.ProTuning', preset='paper-transformer', beta=0.1)
