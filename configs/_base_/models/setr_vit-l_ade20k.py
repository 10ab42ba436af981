"""SETR-PUP with ViT-L/16 on ADE20K: mmseg's own config with a backbone that waits for its tuner.

The ViT is mmpretrain's, as mmseg's drops the bias of a pretrained patch embedding. Learning rate and the head's
multiplier are the VPT paper's (appendix, segmentation); everything else is mmseg's.
"""

_base_ = [
    '../hooks.py',
    'mmseg::setr/setr_vit-l_pup_8xb2-160k_ade20k-512x512.py',
    '../datasets/ade20k.py',
]
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(
            type='mmpretrain.VisionTransformer',
            arch='l',
            img_size=512,
            patch_size=16,
            out_indices=(9, 14, 19, 23),
            out_type='featmap',
            final_norm=False,
            interpolate_mode='bilinear',
            init_cfg=dict(type='Pretrained', checkpoint='pretrain/vit-l16_in21k_512.safetensors', prefix='backbone.'),
        ),
    ),
)
train_pipeline, test_pipeline = _base_.ade20k_train_pipeline, _base_.ade20k_test_pipeline
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
optim_wrapper = dict(
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(lr=0.005),
    paramwise_cfg=dict(_delete_=True, head=dict(lr_mult=1.0)),
)
default_hooks = _base_.mmvpt_hooks
randomness = dict(seed=0)
