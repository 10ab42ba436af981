"""FCN on Shapes, head retraining: nothing of the backbone trains."""

_base_ = ['_base_/models/fcn_shapes.py', '_base_/tuners/linear.py']
model = dict(backbone=dict(tuner=_base_.tuner))
optim_wrapper = dict(optimizer=dict(lr=0.04))
