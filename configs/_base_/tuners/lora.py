"""Low-rank updates of the projections to queries and values."""

tuner = dict(type='mmvpt.LoRA', rank=8, alpha=8.0)
