"""SGD with the rates for heads on MAE: those of the paper, and three smaller ones that its public code tries."""

_base_ = 'vpt_sgd.py'
grid = dict(lr=[50.0, 25.0, 10.0, 5.0, 2.5, 1.0, 0.5, 0.25, 0.1, 0.05, 0.025, 0.005, 0.0025])
optim_wrapper = dict(optimizer=dict(lr=0.5))
