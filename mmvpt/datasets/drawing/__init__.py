"""Data sets that are drawn from a seed, in the layouts that mmpretrain, mmseg and mmdet read."""
