"""Side-tuning with the AlexNet of VPT's public code; it trains from scratch unless ``network`` has an ``init_cfg``."""

tuner = dict(type='mmvpt.SideTuning', network=dict(type='mmvpt.AlexNetFeatures'))
