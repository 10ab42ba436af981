"""UPerNet with ViT-B/16 on ADE20K: mmseg's own config, with a wrapped backbone.

Set ``model.backbone.tuner`` in the config that inherits this.

The ViT is mmpretrain's, because mmseg's drops the bias of a pretrained patch embedding. No paper states a recipe for
prompts under UPerNet, so it is the one that mmseg uses to train all weights.
"""

_base_ = [
    '../hooks.py',
    'mmseg::vit/vit_vit-b16_mln_upernet_8xb2-80k_ade20k-512x512.py',
    '../backbones/vit-b16_in21k.py',
    '../datasets/ade20k.py',
]
model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, img_size=512, out_indices=(2, 5, 8, 11), out_type='featmap', final_norm=False),
        init_cfg=_base_.pretrained,
    ),
)
train_pipeline, test_pipeline = _base_.ade20k_train_pipeline, _base_.ade20k_test_pipeline
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
optim_wrapper = dict(constructor='mmvpt.TrainableParamsConstructor', paramwise_cfg=dict(_delete_=True))
auto_scale_lr = dict(enable=True, base_batch_size=16)
default_hooks = _base_.mmvpt_hooks
randomness = dict(seed=0)
