"""FCN on Shapes: mmseg's own model, reduced so that one CPU core can train it.

Set ``model.backbone.tuner`` in the config that inherits this.
"""

_base_ = [
    '../hooks.py',
    'mmseg::fcn/fcn_r50-d8_4xb4-80k_ade20k-512x512.py',
    '../backbones/resnet_shapes.py',
    '../datasets/shapes_segmentation.py',
]
head = dict(num_classes=7, norm_cfg=dict(type='BN'))
model = dict(
    pretrained=None,
    data_preprocessor=dict(size=(64, 64)),
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(
            _base_.backbone,
            strides=(1, 2, 1, 1),
            dilations=(1, 1, 2, 4),
        ),
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet_scratch_shapes/epoch_2.pth', prefix='backbone.'),
    ),
    decode_head=dict(in_channels=_base_.feature_dims[3], channels=64, **head),
    auxiliary_head=dict(in_channels=_base_.feature_dims[2], channels=32, **head),
)
train_dataloader = dict(batch_size=16, num_workers=1, dataset=_base_.train_dataset)
val_dataloader = dict(batch_size=16, num_workers=1, dataset=_base_.val_dataset)
test_dataloader = val_dataloader
optim_wrapper = dict(
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(_delete_=True, type='AdamW', lr=0.01, weight_decay=0.01),
    clip_grad=dict(_delete_=True, max_norm=5.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='PolyLR', eta_min=0.0, power=0.9, begin=50, end=400, by_epoch=False),
]
auto_scale_lr = dict(enable=True, base_batch_size=16)
train_cfg = dict(max_iters=400, val_interval=400)
default_hooks = dict(**_base_.mmvpt_hooks, logger=dict(interval=100), checkpoint=dict(interval=200, max_keep_ckpts=1))
randomness = dict(seed=0)
