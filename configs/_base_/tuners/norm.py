"""The scale and shift of all norms of the backbone train."""

tuner = dict(type='mmvpt.NormTuning')
