"""VPT, add: a vector for each token of images of 224 pixels, added to what enters each block."""

tuner = dict(type='mmvpt.AddPrompts', img_size=224)
