"""UPerNet on the segmentation set of Mini-VTAB, reduced so that two CPU cores can train it.

Set ``model.backbone.tuner`` in the config that inherits this. There is no auxiliary head.
"""

_base_ = ['mmseg::vit/vit_vit-b16_mln_upernet_8xb2-80k_ade20k-512x512.py', 'small_segmentor.py']
model = dict(
    **_base_.small,
    neck=dict(in_channels=[_base_.feature_dim] * 4, out_channels=48, scales=[2, 1, 0.5, 0.25]),
    decode_head=dict(in_channels=[48] * 4, channels=48, num_classes=9, norm_cfg=dict(type='BN')),
)
train_dataloader = _base_.small_train
val_dataloader = _base_.small_val
test_dataloader = val_dataloader
optim_wrapper = _base_.dense_wrapper
param_scheduler = _base_.dense_scheduler
auto_scale_lr = dict(enable=True, base_batch_size=8)
train_cfg = _base_.dense_loop
default_hooks = dict(**_base_.mmvpt_hooks, **_base_.dense_hooks)
randomness = dict(seed=0)
