"""SGD with the larger rates that the paper also tries for VPT-shallow (VPT, Table 7): better in 6 of 24 tasks."""

_base_ = 'vpt_sgd.py'
grid = dict(lr=[1000.0, 500.0, 250.0, 100.0])
optim_wrapper = dict(optimizer=dict(lr=100.0))
