"""AdamW as the public code of VPT has it: a constant weight decay, and SGD where none is asked for."""

_base_ = 'vpt_adamw.py'
optim_wrapper = dict(constructor='mmvpt.VPTCompatConstructor')
