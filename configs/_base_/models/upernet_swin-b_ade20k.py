"""UPerNet with Swin-B on ADE20K: mmseg's own config, with a wrapped backbone.

Set ``model.backbone.tuner`` in the config that inherits this.

The Swin is mmpretrain's, so that one pretrained file can be used for all tasks. No paper states a recipe for prompts
under UPerNet, so it is the one that mmseg uses to train all weights.
"""

_base_ = [
    '../hooks.py',
    'mmseg::swin/swin-base-patch4-window7-in1k-pre_upernet_8xb2-160k_ade20k-512x512.py',
    '../backbones/swin-b_in1k.py',
    '../datasets/ade20k.py',
]
model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, out_indices=(0, 1, 2, 3), drop_path_rate=0.3, pad_small_map=True),
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
