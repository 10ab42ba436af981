"""AdamW as in the public code of VPT: a constant weight decay, and SGD if the weight decay is 0."""

_base_ = 'vpt_adamw.py'
optim_wrapper = dict(constructor='mmvpt.VPTCompatConstructor')
