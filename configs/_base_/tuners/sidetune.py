"""The AlexNet of VPT's public code beside the frozen backbone; from scratch unless its network gets an ``init_cfg``."""

tuner = dict(type='mmvpt.SideTuning', network=dict(type='mmvpt.AlexNetFeatures'))
