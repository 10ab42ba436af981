"""Pretraining on Clutter: a backbone learns to tell many factors of pictures, and the form at each of their patches.

Pictures are drawn once (docs/guides/data.md), from what is not withheld for the tasks.
"""

__needs__ = {'backbone': 'backbone'}
_base_ = '../runtime_cls.py'
model = dict(
    type='mmvpt.FactorModel',
    data_preprocessor=dict(
        type='ClsDataPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=False
    ),
    head=dict(type='mmvpt.FactorHead', weights=dict(picture=0.2, patches=1.0)),
)
train_dataloader = dict(
    batch_size=64,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(type='mmvpt.DrawnClutter', length=150_000, keep='data/clutter'),
)
optim_wrapper = dict(
    constructor='mmvpt.MuonConstructor',
    optimizer=dict(type='mmvpt.Muon', lr=5e-3, weight_decay=0.05),
    clip_grad=dict(max_norm=1.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, end=200),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=False, begin=200, end=5000),
]
train_cfg = dict(by_epoch=False, max_iters=5000)
default_hooks = dict(
    finite_loss=_base_.mmvpt_hooks.finite_loss,
    logger=dict(interval=100),
    checkpoint=dict(interval=500, by_epoch=False, max_keep_ckpts=1),
)
