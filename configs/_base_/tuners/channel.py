"""Concat-channel of VPT: one learnt channel next to those of the image; the paper uses ``start='xavier'``."""

tuner = dict(type='mmvpt.ChannelPrompts', num_channels=1, img_size=224)
