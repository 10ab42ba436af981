"""SGD with the rates that the public code of VPT tries for prompts in CNNs; the paper lists no such rates."""

_base_ = 'vpt_sgd.py'
grid = dict(lr=[5.0, 2.5, 1.0, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01])
optim_wrapper = dict(optimizer=dict(lr=0.5))
