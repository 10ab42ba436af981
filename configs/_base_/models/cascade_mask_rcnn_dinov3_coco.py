"""Cascade Mask R-CNN with DINOv3 (ViT-S/16) on COCO.

Set ``model.backbone.tuner`` in the config that inherits this.
"""

_base_ = 'cascade_mask_rcnn_vit-b_coco.py'
model = dict(
    backbone=dict(
        backbone=dict(
            _delete_=True,
            type='mmvpt.TimmViT',
            model='vit_small_patch16_dinov3.lvd1689m',
            out_indices=(2, 5, 8, 11),
        ),
        init_cfg=dict(_delete_=True, type='Pretrained', checkpoint='pretrain/dinov3-s16.safetensors'),
    ),
    neck=[
        dict(type='mmseg.Feature2Pyramid', embed_dim=384, rescales=[4, 2, 1, 0.5]),
        dict(type='FPN', in_channels=[384, 384, 384, 384], out_channels=256, num_outs=5),
    ],
)
