"""Concat-channel of VPT: a learnt channel beside those of the image; ``start='xavier'`` is the paper's."""

tuner = dict(type='mmvpt.ChannelPrompts', num_channels=1, img_size=224)
