"""Classifiers without a tuner, for configs that inherit ``mmvpt::_base_/models/vit-b16_cub.py`` and the like.

A config that inherits one sets ``model.backbone.tuner``, an optimizer and a schedule. The names are those of files that
existed before there were tables.
"""

from functools import partial

from mmvpt.config import Recipe

cub = partial(Recipe, 'classifier_vpt', data='cub')
cnn = partial(Recipe, 'classifier', data='cifar100', schedule='finetune_sgd_100e')
transformer = partial(Recipe, 'classifier', data='cifar100', optimizer='vpt_adamw', schedule='vpt_100e')

ROWS = {
    '_base_/models/convnext-b_cub': cub(backbone='convnext-b_in21k'),
    '_base_/models/deit-b_cifar100': transformer(backbone='deit-b_in1k'),
    '_base_/models/deit-s_cifar100': transformer(backbone='deit-s_in1k'),
    '_base_/models/dinov2_cub': cub(backbone='dinov2-b14'),
    '_base_/models/eva02_cub': cub(backbone='eva02-b14'),
    '_base_/models/mae_cub': cub(backbone='vit-b16_mae'),
    '_base_/models/moco_cub': cub(backbone='vit-b16_mocov3'),
    '_base_/models/regnetx-32gf_cifar100': cnn(backbone='regnetx-32gf_in1k'),
    '_base_/models/resnet101_cifar100': cnn(backbone='resnet101_in1k'),
    '_base_/models/resnet50_cifar100': cnn(backbone='resnet50_in1k'),
    '_base_/models/resnet50_cub': cub(backbone='resnet50_in1k'),
    '_base_/models/swin-b_cifar100': transformer(backbone='swin-b_in1k'),
    '_base_/models/swin-b_cub': cub(backbone='swin-b_in21k'),
    '_base_/models/swin-l_cub': cub(backbone='swin-l_in21k'),
    '_base_/models/swin-s_cifar100': transformer(backbone='swin-s_in1k'),
    '_base_/models/swin-s_cub': cub(backbone='swin-s_in21k'),
    '_base_/models/swin-t_cub': cub(backbone='swin-t_in21k'),
    '_base_/models/vit-b16-384_cub': cub(backbone='vit-b16-384_in21k', data='cub_384'),
    '_base_/models/vit-b16_cub': cub(backbone='vit-b16_in21k'),
    '_base_/models/vit-h14_cub': cub(backbone='vit-h14_in21k'),
    '_base_/models/vit-l16_cub': cub(backbone='vit-l16_in21k'),
}
