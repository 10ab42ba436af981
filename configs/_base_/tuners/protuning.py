"""Pro-tuning of a CNN: a prompt block after each stage, which fits the parameter counts of the paper.

beta starts at 0.1: from 0 the blocks learn slowly (docs/methods/protuning.md measures both). The paper states no value.
"""

tuner = dict(type='mmvpt.ProTuning', preset='paper-cnn', beta=0.1)
