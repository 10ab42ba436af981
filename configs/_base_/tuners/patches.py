"""Prepend-pixel of VPT: learnt patches, embedded by the frozen layer, as tokens; ``start='xavier'`` is the paper's."""

tuner = dict(type='mmvpt.PatchPrompts', num_tokens=10)
