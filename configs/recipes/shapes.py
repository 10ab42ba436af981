"""Shapes, the small data set that mmvpt draws: pretraining, and models and tasks that use the pretrained weights."""

from mmvpt.config import Recipe

RATE = 'optim_wrapper.optimizer.lr'
ORIENTATION = {
    'model.backbone.init_cfg.checkpoint': 'work_dirs/vit_narrow_scratch_shapes/epoch_8.pth',
    'model.head.num_classes': 8,
    'data_preprocessor.num_classes': 8,
    'train_dataloader.dataset.data_root': 'data/shapes/orientation',
    'val_dataloader.dataset.data_root': 'data/shapes/orientation',
    'test_dataloader.dataset.data_root': 'data/shapes/orientation',
    RATE: 0.03,
}


def pretraining(backbone, epochs=5, **overrides):
    """Return a row that pretrains a backbone."""
    scheduler = [
        dict(type='LinearLR', start_factor=0.01, by_epoch=True, end=0.5, convert_to_iter_based=True),
        dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=0.5, end=epochs, convert_to_iter_based=True),
    ]
    length = dict(max_epochs=epochs, val_interval=epochs)
    values = {'model.backbone': '_base_.backbone', 'param_scheduler': scheduler, 'train_cfg': length}
    return Recipe('pretraining_shapes', backbone=backbone, overrides=values | overrides)


ROWS = {
    'vit_scratch_shapes': pretraining(
        'vit_shapes', **{'model.backbone.out_type': 'avg_featmap', 'optim_wrapper.optimizer.lr': 1e-3}
    ),
    'vit_narrow_scratch_shapes': pretraining('vit_narrow_shapes', epochs=8),
    'swin_scratch_shapes': pretraining('swin_shapes', **{'model.neck.type': 'GlobalAveragePooling'}),
    'resnet_scratch_shapes': pretraining(
        'resnet_shapes',
        epochs=2,
        **{
            'model.backbone.out_indices': (3,),
            'model.neck.type': 'GlobalAveragePooling',
            'model.head.in_channels': '_base_.feature_dims[-1]',
            'optim_wrapper.clip_grad.max_norm': 5.0,
        },
    ),
    # tools/e2vpt.py prunes the one with keys and values
    'vit_full_shapes': Recipe(
        'vit_narrow_shapes', tuner='full', overrides={**ORIENTATION, 'optim_wrapper.optimizer.lr': 0.003}
    ),
    'vit_linear_shapes': Recipe(
        'vit_narrow_shapes', tuner='linear', overrides={**ORIENTATION, 'optim_wrapper.optimizer.lr': 0.1}
    ),
    'vit_vpt_shapes': Recipe('vit_narrow_shapes', tuner='vpt', overrides=ORIENTATION),
    'vit_e2vpt_shapes': Recipe('vit_narrow_shapes', tuner='e2vpt', overrides=ORIENTATION),
    'fcn_full_shapes': Recipe('fcn_shapes', tuner='full', overrides={'optim_wrapper.optimizer.lr': 0.02}),
    'fcn_linear_shapes': Recipe('fcn_shapes', tuner='linear', overrides={'optim_wrapper.optimizer.lr': 0.04}),
    'fcn_protuning_shapes': Recipe(
        'fcn_shapes', tuner='protuning', overrides={'optim_wrapper.paramwise_cfg.tuner.lr_mult': 10.0}
    ),
    'mask_rcnn_full_shapes': Recipe('mask_rcnn_shapes', tuner='full'),
    'mask_rcnn_linear_shapes': Recipe('mask_rcnn_shapes', tuner='linear'),
    'mask_rcnn_protuning_shapes': Recipe(
        'mask_rcnn_shapes', tuner='protuning', overrides={'optim_wrapper.paramwise_cfg.tuner.lr_mult': 10.0}
    ),
}
