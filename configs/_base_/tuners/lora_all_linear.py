"""Low-rank updates of all linear layers of the blocks."""

tuner = dict(type='mmvpt.LoRA', rank=8, alpha=8.0, targets='all-linear')
