"""Prepend-pixel of VPT: learnt patches, embedded as tokens by the frozen layer; the paper uses ``start='xavier'``."""

tuner = dict(type='mmvpt.PatchPrompts', num_tokens=10)
