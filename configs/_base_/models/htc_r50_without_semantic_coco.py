"""HTC without its semantic branch, so no stuffthingmaps are needed: mmdet's own config, with a wrapped backbone.

Set ``model.backbone.tuner`` in the config that inherits this.

The Pro-tuning paper trains for 12 epochs and states no learning rate, so the recipe is that of mmdet.
"""

_base_ = [
    '../hooks.py',
    'mmdet::htc/htc-without-semantic_r50_fpn_1x_coco.py',
    '../backbones/resnet50_in1k.py',
]
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=_base_.model.backbone,
        init_cfg=_base_.pretrained,
    ),
)
optim_wrapper = dict(constructor='mmvpt.TrainableParamsConstructor')
auto_scale_lr = dict(enable=True, base_batch_size=16)
default_hooks = _base_.mmvpt_hooks
randomness = dict(seed=0)
