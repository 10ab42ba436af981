"""SETR with a frozen backbone as the VPT paper trains it (appendix A.2); lr is meant for a batch of 16.

For HEAD ONLY, BIAS and VPT the paper selects the rate from the grid, 0.005 for all three. Heads learn at ten times the
rate, as in mmseg, but with prompts at the same rate as those; so they do in VPT+BIAS, which the paper does not name
here. FULL is trained as mmseg does. A config has mmseg's optimizer by then, so it takes one of these on top of it:
``optim_wrapper = _base_.setr_prompts``.
"""

grid = dict(lr=[0.05, 0.005, 0.0005, 0.001])
setr_frozen = dict(optimizer=dict(lr=0.005))
setr_prompts = dict(optimizer=dict(lr=0.005), paramwise_cfg=dict(head=dict(lr_mult=1.0)))
