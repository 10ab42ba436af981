"""The whole backbone trains."""

tuner = dict(type='mmvpt.FullTuning')
