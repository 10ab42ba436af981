"""Pro-tuning of a CNN: a prompt block after each stage, as the paper's parameter counts have it."""

tuner = dict(type='mmvpt.ProTuning', preset='paper-cnn')
