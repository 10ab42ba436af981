"""CIFAR-100 as in the Pro-tuning paper: CNNs of Table 1, transformers of Table 2."""

from functools import partial

from mmvpt.config import Recipe

cnn = partial(Recipe, 'classifier', data='cifar100', schedule='finetune_sgd_100e')
transformer = partial(Recipe, 'classifier', data='cifar100', optimizer='vpt_adamw', schedule='vpt_100e')
SCRATCH = {'model.backbone.init_cfg': None}  # random weights

ROWS = {
    'regnetx-32gf_full_cifar100': cnn(backbone='regnetx-32gf_in1k', tuner='full'),
    'regnetx-32gf_linear_cifar100': cnn(backbone='regnetx-32gf_in1k', tuner='linear'),
    'regnetx-32gf_partial1_cifar100': cnn(backbone='regnetx-32gf_in1k', tuner='partial1_regnet'),
    'regnetx-32gf_partial2_cifar100': cnn(backbone='regnetx-32gf_in1k', tuner='partial2_regnet'),
    'regnetx-32gf_protuning_cifar100': cnn(backbone='regnetx-32gf_in1k', tuner='protuning'),
    'regnetx-32gf_scratch_cifar100': cnn(backbone='regnetx-32gf_in1k', tuner='full', overrides=SCRATCH),
    'resnet101_full_cifar100': cnn(backbone='resnet101_in1k', tuner='full'),
    'resnet101_linear_cifar100': cnn(backbone='resnet101_in1k', tuner='linear'),
    'resnet101_partial1_cifar100': cnn(backbone='resnet101_in1k', tuner='partial1_resnet'),
    'resnet101_partial2_cifar100': cnn(backbone='resnet101_in1k', tuner='partial2_resnet'),
    'resnet101_protuning_cifar100': cnn(backbone='resnet101_in1k', tuner='protuning'),
    'resnet101_scratch_cifar100': cnn(backbone='resnet101_in1k', tuner='full', overrides=SCRATCH),
    'resnet50_full_cifar100': cnn(backbone='resnet50_in1k', tuner='full'),
    'resnet50_linear_cifar100': cnn(backbone='resnet50_in1k', tuner='linear'),
    'resnet50_partial1_cifar100': cnn(backbone='resnet50_in1k', tuner='partial1_resnet'),
    'resnet50_partial2_cifar100': cnn(backbone='resnet50_in1k', tuner='partial2_resnet'),
    'resnet50_scratch_cifar100': cnn(backbone='resnet50_in1k', tuner='full', overrides=SCRATCH),
    'deit-b_full_cifar100': transformer(backbone='deit-b_in1k', tuner='full'),
    'deit-b_linear_cifar100': transformer(backbone='deit-b_in1k', tuner='linear'),
    'deit-b_partial1_cifar100': transformer(backbone='deit-b_in1k', tuner='partial1_deit'),
    'deit-b_partial2_cifar100': transformer(backbone='deit-b_in1k', tuner='partial2_deit'),
    'deit-b_scratch_cifar100': transformer(backbone='deit-b_in1k', tuner='full', overrides=SCRATCH),
    'deit-s_full_cifar100': transformer(backbone='deit-s_in1k', tuner='full'),
    'deit-s_linear_cifar100': transformer(backbone='deit-s_in1k', tuner='linear'),
    'deit-s_partial1_cifar100': transformer(backbone='deit-s_in1k', tuner='partial1_deit'),
    'deit-s_partial2_cifar100': transformer(backbone='deit-s_in1k', tuner='partial2_deit'),
    'deit-s_protuning_cifar100': transformer(backbone='deit-s_in1k', tuner='protuning_transformer'),
    'deit-s_scratch_cifar100': transformer(backbone='deit-s_in1k', tuner='full', overrides=SCRATCH),
    'swin-b_full_cifar100': transformer(backbone='swin-b_in1k', tuner='full'),
    'swin-b_linear_cifar100': transformer(backbone='swin-b_in1k', tuner='linear'),
    'swin-b_partial1_cifar100': transformer(backbone='swin-b_in1k', tuner='partial1_swin'),
    'swin-b_partial2_cifar100': transformer(backbone='swin-b_in1k', tuner='partial2_swin'),
    'swin-b_scratch_cifar100': transformer(backbone='swin-b_in1k', tuner='full', overrides=SCRATCH),
    'swin-s_full_cifar100': transformer(backbone='swin-s_in1k', tuner='full'),
    'swin-s_linear_cifar100': transformer(backbone='swin-s_in1k', tuner='linear'),
    'swin-s_partial1_cifar100': transformer(backbone='swin-s_in1k', tuner='partial1_swin'),
    'swin-s_partial2_cifar100': transformer(backbone='swin-s_in1k', tuner='partial2_swin'),
    'swin-s_protuning_cifar100': transformer(backbone='swin-s_in1k', tuner='protuning_transformer'),
    'swin-s_scratch_cifar100': transformer(backbone='swin-s_in1k', tuner='full', overrides=SCRATCH),
}
