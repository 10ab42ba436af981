"""Optimizers of SETR with a frozen backbone, from the VPT paper (appendix A.2); lr is for a batch of 16.

The paper selects the rate of HEAD ONLY, BIAS and VPT from the grid: 0.005 for all three. Heads have ten times the rate,
as in mmseg, except in VPT, where they have the rate of the prompts. The paper does not mention VPT+BIAS here; we treat
it as VPT. FULL trains as in mmseg. To use one of these on top of mmseg's optimizer:
``optim_wrapper = _base_.setr_prompts``.
"""

grid = dict(lr=[0.05, 0.005, 0.0005, 0.001])
setr_frozen = dict(optimizer=dict(lr=0.005))
setr_prompts = dict(optimizer=dict(lr=0.005), paramwise_cfg=dict(head=dict(lr_mult=1.0)))
