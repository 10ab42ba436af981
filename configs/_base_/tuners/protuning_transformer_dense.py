"""Pro-tuning of a transformer in a dense system; its norms see the images of all processes, as each has few."""

_base_ = 'protuning_transformer.py'
tuner = dict(norm_cfg=dict(type='SyncBN'))
