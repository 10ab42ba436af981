"""Pro-tuning of a CNN in a dense system; its norms see the images of all processes, as each has few."""

_base_ = 'protuning.py'
tuner = dict(norm_cfg=dict(type='SyncBN'))
