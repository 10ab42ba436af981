"""The backbone is frozen; only the head trains."""

tuner = dict(type='mmvpt.LinearProbe')
