"""How dense models are tuned on Mini-VTAB, in minutes of two CPU cores.

The variables have names of their own, so that a config which inherits another schedule can still use these.
"""

dense_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=30, by_epoch=False),
    dict(type='PolyLR', eta_min=0.0, power=0.9, begin=30, end=400, by_epoch=False),
]
dense_loop = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=400, val_interval=400)
dense_hooks = dict(
    logger=dict(interval=50),
    checkpoint=dict(_delete_=True, type='CheckpointHook', by_epoch=False, interval=200, max_keep_ckpts=1),
)
dense_wrapper = dict(
    _delete_=True,
    type='OptimWrapper',
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(type='AdamW', lr=0.06, weight_decay=0.01),
    clip_grad=dict(max_norm=5.0),
)
