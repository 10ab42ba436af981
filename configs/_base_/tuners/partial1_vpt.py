"""Partial-1 of the VPT paper on a ViT, Swin or ConvNeXt: the last block and the output norm train."""

tuner = dict(type='mmvpt.PartialTuning', blocks=1, train_norm=True)
