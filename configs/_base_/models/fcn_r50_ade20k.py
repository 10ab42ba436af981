"""FCN with ResNet-50 on ADE20K: mmseg's own config, with a wrapped backbone.

Set ``model.backbone.tuner`` in the config that inherits this.

The Pro-tuning paper trains for 80k iterations and states no learning rate, so the recipe is that of mmseg.
"""

_base_ = [
    '../hooks.py',
    'mmseg::fcn/fcn_r50-d8_4xb4-80k_ade20k-512x512.py',
    '../backbones/resnet50-v1c_in1k.py',
    '../datasets/ade20k.py',
]
model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=_base_.model.backbone,
        init_cfg=_base_.pretrained,
    ),
)
train_pipeline, test_pipeline = _base_.ade20k_train_pipeline, _base_.ade20k_test_pipeline
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
optim_wrapper = dict(constructor='mmvpt.TrainableParamsConstructor')
auto_scale_lr = dict(enable=True, base_batch_size=16)
default_hooks = _base_.mmvpt_hooks
randomness = dict(seed=0)
