"""Prepend-pixel of VPT: learnt patches, embedded by the frozen layer, as tokens."""

tuner = dict(type='mmvpt.PatchPrompts', num_tokens=10)
