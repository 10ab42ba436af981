"""CUB-200-2011, trained as in the VPT paper.

Batch sizes are those of its Table 9. If that table has none, the note of the row says where it is from.
"""

from functools import partial

from mmvpt.config import Recipe

cub = partial(Recipe, 'classifier_vpt', data='cub', schedule='vpt_100e')
sgd, adamw = partial(cub, optimizer='vpt_sgd'), partial(cub, optimizer='vpt_adamw')

ROWS = {
    # ViT-B/16 of ImageNet-21k
    'vit_add_cub': sgd(backbone='vit-b16_in21k', tuner='add', batch_size=128, note='batch size of VPT'),
    'vit_bias_compat_cub': cub(
        backbone='vit-b16_in21k',
        tuner='bias',
        optimizer='vpt_adamw_compat',
        schedule='vpt_100e_compat',
        crop='crop_compat',
        batch_size=128,
        note='vit_bias_cub as in the public code of VPT: optimizer, epochs and crops',
    ),
    'vit_bias_cub': adamw(backbone='vit-b16_in21k', tuner='bias', batch_size=128),
    'vit_channel_cub': sgd(backbone='vit-b16_in21k', tuner='channel', batch_size=128, note='batch size of VPT'),
    'vit_cls_token_cub': sgd(backbone='vit-b16_in21k', tuner='cls_token', batch_size=128, note='batch size of VPT'),
    'vit_full_cub': adamw(backbone='vit-b16_in21k', tuner='full', batch_size=128),
    'vit_linear_cub': sgd(backbone='vit-b16_in21k', tuner='linear', batch_size=2048),
    'vit_lora_all_linear_cub': adamw(
        backbone='vit-b16_in21k', tuner='lora_all_linear', batch_size=128, note='batch size of adapters'
    ),
    'vit_mlp3_cub': sgd(backbone='vit-b16_in21k', tuner='linear', head='mlp3', batch_size=2048),
    'vit_norm_cub': adamw(backbone='vit-b16_in21k', tuner='norm', batch_size=128, note='batch size of biases'),
    'vit_partial1_cub': adamw(backbone='vit-b16_in21k', tuner='partial1_vpt', batch_size=1280),
    'vit_patches_cub': sgd(backbone='vit-b16_in21k', tuner='patches', batch_size=128, note='batch size of VPT'),
    'vit_vpt_bias_cub': sgd(
        backbone='vit-b16_in21k', tuner='vpt_bias', batch_size=64, note='batch size of long prompts'
    ),
    'vit_vpt_compat_cub': cub(
        backbone='vit-b16_in21k',
        tuner='vpt',
        optimizer='vpt_sgd_compat',
        schedule='vpt_100e_compat',
        crop='crop_compat',
        batch_size=128,
        note='vit_vpt_cub as in the public code of VPT: optimizer, epochs and crops',
    ),
    'vit-384_vpt_cub': sgd(
        backbone='vit-b16-384_in21k', data='cub_384', tuner='vpt', batch_size=128, note='batch size at 224'
    ),
    # larger ViTs of ImageNet-21k
    'vit-l_full_cub': adamw(backbone='vit-l16_in21k', tuner='full', schedule='vpt_50e', batch_size=64),
    'vit-l_linear_cub': sgd(backbone='vit-l16_in21k', tuner='linear', schedule='vpt_50e', batch_size=2048),
    'vit-l_vpt_cub': sgd(backbone='vit-l16_in21k', tuner='vpt', schedule='vpt_50e', batch_size=64),
    'vit-h_full_cub': adamw(backbone='vit-h14_in21k', tuner='full', schedule='vpt_50e', batch_size=28),
    'vit-h_linear_cub': sgd(backbone='vit-h14_in21k', tuner='linear', schedule='vpt_50e', batch_size=1024),
    'vit-h_vpt_cub': sgd(backbone='vit-h14_in21k', tuner='vpt', schedule='vpt_50e', batch_size=28),
    # ViT-B/16 of MAE and of MoCo v3
    'mae_adapter_cub': adamw(backbone='vit-b16_mae', tuner='adapter', batch_size=128),
    'mae_bias_cub': adamw(backbone='vit-b16_mae', tuner='bias', batch_size=128),
    'mae_full_cub': adamw(backbone='vit-b16_mae', tuner='full', batch_size=128),
    'mae_linear_cub': cub(backbone='vit-b16_mae', tuner='linear', optimizer='vpt_sgd_mae', batch_size=2048),
    'mae_partial1_cub': adamw(backbone='vit-b16_mae', tuner='partial1_vpt', batch_size=1280),
    'mae_vpt_cub': sgd(backbone='vit-b16_mae', tuner='vpt', batch_size=128),
    'mae_vpt_shallow_cub': sgd(backbone='vit-b16_mae', tuner='vpt_shallow', batch_size=64),
    'moco_adapter_cub': adamw(backbone='vit-b16_mocov3', tuner='adapter', batch_size=128),
    'moco_bias_cub': adamw(backbone='vit-b16_mocov3', tuner='bias', batch_size=128),
    'moco_full_cub': adamw(backbone='vit-b16_mocov3', tuner='full', batch_size=128),
    'moco_linear_cub': sgd(backbone='vit-b16_mocov3', tuner='linear', batch_size=2048),
    'moco_partial1_cub': adamw(backbone='vit-b16_mocov3', tuner='partial1_vpt', batch_size=1280),
    'moco_vpt_cub': sgd(backbone='vit-b16_mocov3', tuner='vpt', batch_size=128),
    'moco_vpt_shallow_cub': sgd(backbone='vit-b16_mocov3', tuner='vpt_shallow', batch_size=64),
    # ViTs of timm
    'dinov2_vpt_cub': sgd(backbone='dinov2-b14', tuner='vpt', batch_size=128, note='batch size of ViT-B'),
    'eva02_vpt_cub': sgd(backbone='eva02-b14', tuner='vpt', batch_size=128, note='batch size of ViT-B'),
    # Swin
    'swin-t_vpt_cub': sgd(backbone='swin-t_in21k', tuner='vpt_swin', batch_size=80, note='batch size of Swin-B'),
    'swin-s_vpt_cub': sgd(backbone='swin-s_in21k', tuner='vpt_swin', batch_size=80, note='batch size of Swin-B'),
    'swin-b_bias_cub': adamw(backbone='swin-b_in21k', tuner='bias', batch_size=128),
    'swin-b_e2vpt_cub': sgd(
        backbone='swin-b_in21k', tuner='e2vpt', batch_size=80, note='batch size of the E2VPT paper'
    ),
    'swin-b_full_cub': adamw(backbone='swin-b_in21k', tuner='full', batch_size=128),
    'swin-b_linear_cub': sgd(backbone='swin-b_in21k', tuner='linear', batch_size=1024),
    'swin-b_mlp3_cub': sgd(backbone='swin-b_in21k', tuner='linear', head='mlp3', batch_size=1024),
    'swin-b_partial1_cub': adamw(backbone='swin-b_in21k', tuner='partial1_vpt', batch_size=1024),
    'swin-b_vpt_shallow_cub': sgd(backbone='swin-b_in21k', tuner='vpt_shallow_swin', batch_size=80),
    'swin-l_vpt_cub': sgd(backbone='swin-l_in21k', tuner='vpt_swin', batch_size=80, note='batch size of Swin-B'),
    # CNNs
    'convnext-b_bias_cub': cub(backbone='convnext-b_in21k', tuner='bias', optimizer='vpt_adamw_cnn', batch_size=128),
    'convnext-b_full_cub': cub(backbone='convnext-b_in21k', tuner='full', optimizer='vpt_adamw_cnn', batch_size=128),
    'convnext-b_linear_cub': sgd(backbone='convnext-b_in21k', tuner='linear', batch_size=1024),
    'convnext-b_mlp3_cub': sgd(backbone='convnext-b_in21k', tuner='linear', head='mlp3', batch_size=1024),
    'convnext-b_pad_cub': cub(backbone='convnext-b_in21k', tuner='pad', optimizer='vpt_sgd_cnn', batch_size=128),
    'convnext-b_partial1_cub': cub(
        backbone='convnext-b_in21k', tuner='partial1_vpt', optimizer='vpt_adamw_cnn', batch_size=1024
    ),
    'efficientnet-lite0_bias_cub': cub(
        backbone='efficientnet-lite0_in1k', tuner='bias', optimizer='vpt_adamw_cnn', batch_size=128
    ),
    'efficientnet-lite0_linear_cub': sgd(backbone='efficientnet-lite0_in1k', tuner='linear', batch_size=128),
    'efficientnet-lite0_pad_cub': cub(
        backbone='efficientnet-lite0_in1k', tuner='pad', optimizer='vpt_sgd_cnn', batch_size=128
    ),
    'efficientnet-lite0_protuning_cub': cub(
        backbone='efficientnet-lite0_in1k', tuner='protuning', optimizer='vpt_adamw_cnn', batch_size=128
    ),
    'resnet50_bias_cub': cub(backbone='resnet50_in1k', tuner='bias', optimizer='vpt_adamw_cnn', batch_size=384),
    'resnet50_full_cub': cub(backbone='resnet50_in1k', tuner='full', optimizer='vpt_adamw_cnn', batch_size=384),
    'resnet50_linear_cub': sgd(backbone='resnet50_in1k', tuner='linear', batch_size=2048),
    'resnet50_mlp3_cub': sgd(backbone='resnet50_in1k', tuner='linear', head='mlp3', batch_size=2048),
    'resnet50_pad_cub': cub(backbone='resnet50_in1k', tuner='pad', optimizer='vpt_sgd_cnn', batch_size=256),
    'resnet50_partial1_cub': cub(
        backbone='resnet50_in1k', tuner='partial1_resnet', optimizer='vpt_adamw_cnn', batch_size=2048
    ),
}
