"""SGD as in the public code of VPT: no weight decay for the bias of the classifier."""

_base_ = 'vpt_sgd.py'
optim_wrapper = dict(constructor='mmvpt.VPTCompatConstructor')
