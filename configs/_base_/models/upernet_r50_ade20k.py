"""UPerNet with ResNet-50 on ADE20K: mmseg's own config with a backbone that waits for its tuner.

The Pro-tuning paper trains for 80k iterations and states no learning rate: the recipe is mmseg's.
"""

# mmvpt teaches MMEngine where OneDL's packages keep their configs; their own tools read this before they import mmvpt
_base_ = __import__('mmvpt') and [
    'mmseg::upernet/upernet_r50_4xb4-80k_ade20k-512x512.py',
    '../backbones/resnet50-v1c_in1k.py',
    '../hooks.py',
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
optim_wrapper = dict(constructor='mmvpt.TrainableParamsConstructor')
randomness = dict(seed=0)
