"""Mask R-CNN on Shapes: mmdet's own model, reduced so that one CPU core can train it.

Set ``model.backbone.tuner`` in the config that inherits this.
"""

_base_ = [
    '../hooks.py',
    'mmdet::mask_rcnn/mask-rcnn_r50_fpn_1x_coco.py',
    '../backbones/resnet_shapes.py',
    '../datasets/shapes_detection.py',
]
num_classes = len(_base_.classes)
channels, strides = 32, [8, 16, 32]
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=_base_.backbone,
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet_scratch_shapes/epoch_2.pth', prefix='backbone.'),
    ),
    # objects are 15 to 70 pixels wide, so the finest level has a stride of 8
    neck=dict(in_channels=_base_.feature_dims, out_channels=channels, start_level=1, num_outs=3),
    rpn_head=dict(
        in_channels=channels,
        feat_channels=channels,
        anchor_generator=dict(scales=[4], strides=strides),
    ),
    roi_head=dict(
        bbox_roi_extractor=dict(roi_layer=dict(sampling_ratio=1), out_channels=channels, featmap_strides=strides),
        bbox_head=dict(in_channels=channels, fc_out_channels=96, num_classes=num_classes),
        mask_roi_extractor=dict(
            roi_layer=dict(output_size=7, sampling_ratio=1), out_channels=channels, featmap_strides=strides
        ),
        mask_head=dict(num_convs=2, in_channels=channels, conv_out_channels=24, num_classes=num_classes),
    ),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=64)),
        rpn_proposal=dict(nms_pre=100, max_per_img=50),
        rcnn=dict(sampler=dict(num=16, pos_fraction=0.5), mask_size=14),
    ),
    test_cfg=dict(rpn=dict(nms_pre=100, max_per_img=50), rcnn=dict(max_per_img=20)),
)
train_dataloader = dict(batch_size=8, num_workers=1, dataset=_base_.train_dataset)
val_dataloader = dict(batch_size=8, num_workers=1, dataset=_base_.val_dataset)
test_dataloader = val_dataloader
val_evaluator = dict(ann_file=_base_.shapes_root + 'annotations/instances_val2017.json')
test_evaluator = val_evaluator
optim_wrapper = dict(
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(_delete_=True, type='AdamW', lr=0.004, weight_decay=0.01),
    clip_grad=dict(max_norm=5.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='PolyLR', eta_min=0.0, power=0.9, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=True, base_batch_size=8)
train_cfg = dict(max_epochs=2, val_interval=2)
default_hooks = dict(**_base_.mmvpt_hooks, checkpoint=dict(max_keep_ckpts=1))
randomness = dict(seed=0)
