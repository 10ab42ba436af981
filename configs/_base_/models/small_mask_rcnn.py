"""Mask R-CNN of mmdet, reduced so that one or two CPU cores can train it. Configs that inherit it add a backbone.

Objects are 15 to 70 pixels wide, so the finest level of the pyramid has a stride of 8.
"""

_base_ = ['../hooks.py', 'mmdet::mask_rcnn/mask-rcnn_r50_fpn_1x_coco.py']
channels, strides = 32, [8, 16, 32]
model = dict(
    rpn_head=dict(
        in_channels=channels,
        feat_channels=channels,
        anchor_generator=dict(scales=[4], strides=strides),
    ),
    roi_head=dict(
        bbox_roi_extractor=dict(roi_layer=dict(sampling_ratio=1), out_channels=channels, featmap_strides=strides),
        bbox_head=dict(in_channels=channels, fc_out_channels=96),
        mask_roi_extractor=dict(
            roi_layer=dict(output_size=7, sampling_ratio=1), out_channels=channels, featmap_strides=strides
        ),
        mask_head=dict(num_convs=2, in_channels=channels, conv_out_channels=24),
    ),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=64)),
        rpn_proposal=dict(nms_pre=100, max_per_img=50),
        rcnn=dict(sampler=dict(num=16, pos_fraction=0.5), mask_size=14),
    ),
    test_cfg=dict(rpn=dict(nms_pre=100, max_per_img=50), rcnn=dict(max_per_img=20)),
)
optim_wrapper = dict(
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(_delete_=True, type='AdamW', lr=0.004, weight_decay=0.01),
    clip_grad=dict(max_norm=5.0),
)
auto_scale_lr = dict(enable=True, base_batch_size=8)
default_hooks = dict(**_base_.mmvpt_hooks, checkpoint=dict(max_keep_ckpts=1))
randomness = dict(seed=0)
