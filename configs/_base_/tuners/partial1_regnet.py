"""Partial-1 of the Pro-tuning paper, by its count: the convolution in the last shortcut trains."""

tuner = dict(type='mmvpt.PartialTuning', modules=['layer4.0.downsample.0'])
