"""Pro-tuning of a transformer for detection or segmentation; norms are synchronised, as each process has few images."""

_base_ = 'protuning_transformer.py'
tuner = dict(norm_cfg=dict(type='SyncBN'))
