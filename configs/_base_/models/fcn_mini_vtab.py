"""FCN on the segmentation set of Mini-VTAB, reduced so that two CPU cores can train it.

Set ``model.backbone.tuner`` in the config that inherits this. There is no auxiliary head.
"""

_base_ = ['mmseg::fcn/fcn_r50-d8_4xb4-80k_ade20k-512x512.py', 'small_segmentor.py']
model = dict(
    **_base_.small,
    decode_head=dict(in_channels=_base_.feature_dim, channels=64, num_classes=9, norm_cfg=dict(type='BN')),
)
model['backbone']['backbone']['final_norm'] = True  # the only map that it reads has to be normalised
train_dataloader = _base_.small_train
val_dataloader = _base_.small_val
test_dataloader = val_dataloader
optim_wrapper = _base_.dense_wrapper
param_scheduler = _base_.dense_scheduler
auto_scale_lr = dict(enable=True, base_batch_size=8)
train_cfg = _base_.dense_loop
default_hooks = dict(**_base_.mmvpt_hooks, **_base_.dense_hooks)
randomness = dict(seed=0)
