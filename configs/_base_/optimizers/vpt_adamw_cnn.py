"""AdamW with the rates that the public code of VPT tries if weights of a CNN train; the paper lists none."""

_base_ = 'vpt_adamw.py'
grid = dict(lr=[0.5, 0.25, 0.05, 0.025, 0.005, 0.0025, 0.0005, 0.00025])
optim_wrapper = dict(optimizer=dict(lr=0.0005))
