"""The larger rates that VPT-shallow is tried with too (VPT, Table 7): better in 6 of the paper's 24 tasks."""

_base_ = 'vpt_sgd.py'
grid = dict(lr=[1000.0, 500.0, 250.0, 100.0])
optim_wrapper = dict(optimizer=dict(lr=100.0))
