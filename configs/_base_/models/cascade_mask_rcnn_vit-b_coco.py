"""Cascade Mask R-CNN with ViT-B/16 on COCO.

Set ``model.backbone.tuner`` in the config that inherits this.

The detector is that of mmdet's config with ResNet-50. Two necks turn the outputs of four ViT layers, all of stride 16,
into a pyramid of strides 4 to 32. No paper states a recipe for prompts here, so it is that of mmdet's Swin-T config.
"""

_base_ = [
    '../hooks.py',
    'mmdet::cascade_rcnn/cascade-mask-rcnn_r50_fpn_1x_coco.py',
    '../backbones/vit-b16_in21k.py',
]
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, out_indices=(2, 5, 8, 11), out_type='featmap', final_norm=False),
        init_cfg=_base_.pretrained,
    ),
    neck=[
        dict(type='mmseg.Feature2Pyramid', embed_dim=768, rescales=[4, 2, 1, 0.5]),
        dict(type='FPN', in_channels=[768, 768, 768, 768], out_channels=256, num_outs=5),
    ],
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
