"""SETR-PUP with ViT-L/16 on ADE20K: mmseg's own config, with a wrapped backbone.

Set ``model.backbone.tuner`` in the config that inherits this.

The ViT is mmpretrain's, because mmseg's drops the bias of a pretrained patch embedding. Everything else is mmseg's, as
in the VPT paper's full fine-tuning: learning rate 0.001 for a batch of 16, ten times that for the heads. Methods with a
frozen backbone use the paper's own rates (optimizers/setr.py). Images are normalised with the mean and standard
deviation of ImageNet, as in mmseg. The file was pretrained with 127.5 for both; the paper does not mention this.
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
        ),
        init_cfg=dict(type='Pretrained', checkpoint='pretrain/vit-l16_in21k_512.safetensors', prefix='backbone.'),
    ),
)
train_pipeline, test_pipeline = _base_.ade20k_train_pipeline, _base_.ade20k_test_pipeline
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
optim_wrapper = dict(
    constructor='mmvpt.TrainableParamsConstructor',
    paramwise_cfg=dict(_delete_=True, head=dict(lr_mult=10.0)),
)
auto_scale_lr = dict(enable=True, base_batch_size=16)
default_hooks = _base_.mmvpt_hooks
randomness = dict(seed=0)
