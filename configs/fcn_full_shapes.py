"""FCN on Shapes, fine-tuning: the whole backbone trains."""

_base_ = ['_base_/models/fcn_shapes.py', '_base_/tuners/full.py']
model = dict(backbone=dict(tuner=_base_.tuner))
optim_wrapper = dict(optimizer=dict(lr=0.02))
