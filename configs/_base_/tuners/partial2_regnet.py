"""Partial-2 of the Pro-tuning paper, by its count: the last shortcut and the parallel convolution train."""

tuner = dict(type='mmvpt.PartialTuning', modules=['layer4.0.downsample', 'layer4.0.conv3', 'layer4.0.bn3'])
