"""Pro-tuning of a CNN: a prompt block after each stage, as the paper's parameter counts have it.

beta starts at 0.1, not at 0, from where blocks wake slowly (docs/protuning.md measures both); the paper is silent.
"""

tuner = dict(type='mmvpt.ProTuning', preset='paper-cnn', beta=0.1)
