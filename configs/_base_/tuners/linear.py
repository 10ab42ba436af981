"""Nothing of the backbone trains."""

tuner = dict(type='mmvpt.LinearProbe')
