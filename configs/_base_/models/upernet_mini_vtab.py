"""UPerNet on the segmentation set of Mini-VTAB, reduced so that two CPU cores can train it.

Set ``model.backbone.tuner`` in the config that inherits this.

The base was pretrained at 64 pixels and is used at 96: its position embeddings are interpolated.
There is no auxiliary head.
"""

_base_ = [
    '../hooks.py',
    'mmseg::vit/vit_vit-b16_mln_upernet_8xb2-80k_ade20k-512x512.py',
    '../backbones/vit-tiny_forms.py',
    '../datasets/mini_vtab_segmentation.py',
    '../schedules/dense_mini_vtab.py',
]
size = 96
model = dict(
    pretrained=None,
    data_preprocessor=dict(size=(size, size)),
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, img_size=size, out_indices=(1, 2, 3, 5), out_type='featmap', final_norm=False),
        init_cfg=_base_.pretrained,
    ),
    neck=dict(in_channels=[_base_.feature_dim] * 4, out_channels=48, scales=[2, 1, 0.5, 0.25]),
    decode_head=dict(in_channels=[48] * 4, channels=48, num_classes=9, norm_cfg=dict(type='BN')),
    auxiliary_head=None,
    test_cfg=dict(_delete_=True, mode='whole'),
)
train_dataloader = dict(batch_size=8, num_workers=1, dataset=_base_.train_dataset)
val_dataloader = dict(batch_size=16, num_workers=1, dataset=_base_.val_dataset)
test_dataloader = val_dataloader
optim_wrapper = _base_.dense_wrapper
param_scheduler = _base_.dense_scheduler
auto_scale_lr = dict(enable=True, base_batch_size=8)
train_cfg = _base_.dense_loop
default_hooks = dict(**_base_.mmvpt_hooks, **_base_.dense_hooks)
randomness = dict(seed=0)
