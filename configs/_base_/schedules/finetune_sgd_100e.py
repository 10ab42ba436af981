"""mmpretrain's recipe for CNNs on CUB: SGD, 100 epochs, 5 of warm-up, cosine; lr is for a batch of 64.

The Pro-tuning paper states no optimizer, learning rate or number of epochs for classification.
"""

_base_ = 'mmpretrain::_base_/schedules/cub_bs64.py'
optim_wrapper = dict(type='OptimWrapper', constructor='mmvpt.TrainableParamsConstructor')
train_cfg = dict(val_interval=10)
auto_scale_lr = dict(enable=True)
