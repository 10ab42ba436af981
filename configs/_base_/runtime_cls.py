"""Runtime settings of classification: those of mmpretrain, with a seed."""

_base_ = ['hooks.py', 'mmpretrain::_base_/default_runtime.py']
default_hooks = dict(checkpoint=dict(interval=10, max_keep_ckpts=2))
randomness = dict(seed=0)
