"""Pro-tuning of a CNN for detection or segmentation; norms are synchronised, as each process has few images."""

_base_ = 'protuning.py'
tuner = dict(norm_cfg=dict(type='SyncBN'))
