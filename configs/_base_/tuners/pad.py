"""VPT of CNNs: a frame of learnt pixels around the image; the VPT paper tries widths of 1, 3, 5, 7, 9 and 11."""

tuner = dict(type='mmvpt.PadPrompts', padding=1, img_size=224)
