"""VPT, add: one vector per token of a 224-pixel image, added to the input of each block."""

tuner = dict(type='mmvpt.AddPrompts', img_size=224)
