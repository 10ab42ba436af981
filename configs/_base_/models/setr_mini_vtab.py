"""SETR-PUP on the segmentation set of Mini-VTAB: the ADE20K model, reduced so that two CPU cores can train it.

The base was pretrained at 64 pixels and is used at 96: its position embeddings are interpolated.
"""

_base_ = [
    'setr_vit-l_ade20k.py',
    '../backbones/vit-tiny_forms.py',
    '../datasets/mini_vtab_segmentation.py',
]
num_classes = 9
size = 96
head = dict(in_channels=_base_.feature_dim, channels=32, num_classes=num_classes, norm_cfg=dict(type='BN'), up_scale=2)
model = dict(
    data_preprocessor=dict(size=(size, size)),
    backbone=dict(
        backbone=dict(
            arch=dict(_delete_=True, **_base_.backbone.arch),
            img_size=size,
            patch_size=8,
            out_indices=(1, 2, 3, 5),
        ),
        init_cfg=dict(_delete_=True, **_base_.pretrained),
    ),
    decode_head=dict(num_convs=2, **head),
    auxiliary_head=[
        dict(
            type='SETRUPHead',
            in_index=index,
            num_convs=1,
            dropout_ratio=0,
            loss_decode=dict(type='CrossEntropyLoss', loss_weight=0.4),
            **head,
        )
        for index in range(3)
    ],
    test_cfg=dict(_delete_=True, mode='whole'),
)
train_dataloader = dict(batch_size=16, num_workers=1, dataset=_base_.train_dataset)
val_dataloader = dict(batch_size=16, num_workers=1, dataset=_base_.val_dataset)
test_dataloader = val_dataloader
optim_wrapper = dict(optimizer=dict(lr=0.8), paramwise_cfg=dict(_delete_=True, tuner=dict(lr_mult=10.0)))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='PolyLR', eta_min=0.0, power=0.9, begin=50, end=400, by_epoch=False),
]
train_cfg = dict(max_iters=400, val_interval=400)
default_hooks = dict(logger=dict(interval=50), checkpoint=dict(interval=200, max_keep_ckpts=1))
