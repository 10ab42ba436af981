"""VPT of CNNs: a frame of learnt pixels around the image, initialised as in the public code; grid of the paper."""

tuner_grid = dict(padding=[1, 3, 5, 7, 9, 11])
tuner = dict(type='mmvpt.PadPrompts', padding=1, img_size=224)
