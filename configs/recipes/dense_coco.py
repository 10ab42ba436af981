"""COCO: models of mmdet with a tuned backbone."""

from mmvpt.config import Recipe

ROWS = {
    'cascade_mask_rcnn_dinov3_vpt_coco': Recipe('cascade_mask_rcnn_dinov3_coco', tuner='vpt'),
    'cascade_mask_rcnn_full_coco': Recipe('cascade_mask_rcnn_r50_coco', tuner='full'),
    'cascade_mask_rcnn_linear_coco': Recipe('cascade_mask_rcnn_r50_coco', tuner='linear'),
    'cascade_mask_rcnn_swin-b_full_coco': Recipe(
        'cascade_mask_rcnn_swin-b_coco',
        tuner='full',
        overrides={
            'optim_wrapper.paramwise_cfg.custom_keys': {
                'relative_position_bias_table': dict(decay_mult=0.0),
                'norm': dict(decay_mult=0.0),
            }
        },
    ),
    'cascade_mask_rcnn_swin-b_linear_coco': Recipe('cascade_mask_rcnn_swin-b_coco', tuner='linear'),
    'cascade_mask_rcnn_swin-b_protuning_coco': Recipe(
        'cascade_mask_rcnn_swin-b_coco',
        tuner='protuning_transformer_dense',
        overrides={'optim_wrapper.paramwise_cfg.custom_keys': {'norm': dict(decay_mult=0.0)}},
    ),
    'cascade_mask_rcnn_swin-b_vpt_coco': Recipe('cascade_mask_rcnn_swin-b_coco', tuner='vpt'),
    'cascade_mask_rcnn_vit-b_linear_coco': Recipe('cascade_mask_rcnn_vit-b_coco', tuner='linear'),
    'cascade_mask_rcnn_vit-b_vpt_coco': Recipe('cascade_mask_rcnn_vit-b_coco', tuner='vpt'),
    'htc_full_coco': Recipe('htc_r50_coco', tuner='full'),
    'htc_linear_coco': Recipe('htc_r50_coco', tuner='linear'),
    'htc_protuning_without_semantic_coco': Recipe('htc_r50_without_semantic_coco', tuner='protuning_dense'),
}
