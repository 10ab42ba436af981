"""All biases of the backbone train."""

tuner = dict(type='mmvpt.BiasTuning')
