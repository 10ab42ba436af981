"""Cascade Mask R-CNN with Swin-B on COCO.

Set ``model.backbone.tuner`` in the config that inherits this.

The detector is that of mmdet's config with ResNet-50. Optimizer, warm-up, decay and drop-path are those of its Swin-T
config. The Swin is mmpretrain's, so that one pretrained file can be used for classification and detection.
"""

_base_ = [
    '../hooks.py',
    'mmdet::cascade_rcnn/cascade-mask-rcnn_r50_fpn_1x_coco.py',
    '../backbones/swin-b_in1k.py',
]
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, out_indices=(0, 1, 2, 3), drop_path_rate=0.2, pad_small_map=True),
        init_cfg=_base_.pretrained,
    ),
    neck=dict(in_channels=[128, 256, 512, 1024]),
)
optim_wrapper = dict(
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(_delete_=True, type='AdamW', lr=0.0001, betas=(0.9, 0.999), weight_decay=0.05),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=1000),
    dict(type='MultiStepLR', begin=0, end=12, by_epoch=True, milestones=[8, 11], gamma=0.1),
]
auto_scale_lr = dict(enable=True, base_batch_size=16)
default_hooks = _base_.mmvpt_hooks
randomness = dict(seed=0)
