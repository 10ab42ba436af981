"""Tiny dense systems: stock detectors, and Pro-tuning of a ResNet in them and in a segmentor."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path

import torch
from mmengine.config import Config, ConfigDict

from mmvpt.registry import MODELS

from .tiny import HOOKS, PREPROCESS, seg_config

WIDTH = 8
DIMS = [WIDTH, 2 * WIDTH, 4 * WIDTH, 8 * WIDTH]
RESNET = dict(depth=18, base_channels=WIDTH, stem_channels=WIDTH)
RATE = 0.01
#: f acts from the first step on, and a batch is that of all processes.
PROTUNING = dict(type='mmvpt.ProTuning', se_reduction=4, beta=0.1, norm_cfg=dict(type='SyncBN'))


@cache
def stock(name: str) -> Config:
    """A config of mmdet."""
    return Config.fromstring(f'_base_ = "mmdet::{name}"', '.py')


def tiny_detector(root: Path, name: str, classes: int = 3) -> Config:
    """A stock detector with a tiny body on the first classes of a tiny COCO in ``root``."""
    config = deepcopy(stock(name))
    narrow = dict(in_channels=16, conv_out_channels=16, fc_out_channels=16, feat_channels=16, out_channels=16)
    _update(config.model, narrow, num_classes=classes)
    backbone = dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(type='mmdet.ResNet', **RESNET),
        tuner=dict(type='mmvpt.LinearProbe'),
    )
    config.merge_from_dict({'model.backbone': backbone, 'model.neck': dict(in_channels=DIMS, out_channels=16)})
    config.model.data_preprocessor.mean = [0, 0, 0]
    if 'semantic_head' in config.model.get('roi_head', {}):
        config.model.roi_head.semantic_head.num_classes = 183
    metainfo = dict(classes=('person', 'bicycle', 'car'))
    for split in ('train', 'val', 'test'):
        loader = config[f'{split}_dataloader']
        loader.update(num_workers=0, persistent_workers=False)
        loader.dataset.update(data_root=f'{root}/', metainfo=metainfo)
    for evaluator in (config.val_evaluator, config.test_evaluator):
        evaluator.ann_file = f'{root}/annotations/instances_val2017.json'
    config.default_hooks.update(HOOKS)
    config.optim_wrapper.constructor = 'mmvpt.TrainableParamsConstructor'
    config.env_cfg = dict(dist_cfg=dict(backend='gloo'))
    config.work_dir = str(root / 'work')
    return config


def protuned_detector(root: Path, name: str, **changes) -> Config:
    """A stock detector with Pro-tuning, trained for 2 epochs of 2 iterations of 2 images."""
    config = tiny_detector(root, name)
    config.model.backbone = _protuned(root, type='mmdet.ResNet')
    config.model.data_preprocessor.update(PREPROCESS)
    config.train_cfg.update(max_epochs=2, val_interval=2)
    config.param_scheduler = []
    config.optim_wrapper.pop('paramwise_cfg', None)  # in the words of MMEngine's constructor
    config.optim_wrapper.optimizer.lr = RATE
    config.train_dataloader.batch_size = 2
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        loader.dataset.pipeline = [
            {**step, 'scale': (64, 64)} if step['type'] == 'Resize' else step for step in loader.dataset.pipeline
        ]
    config.merge_from_dict(changes)
    return config


def protuned_segmentor(folder: Path, **changes) -> Config:
    """An FCN with Pro-tuning, trained for 4 iterations of 2 images."""
    config = seg_config(folder)
    config.model.backbone = _protuned(folder, type='mmpretrain.ResNet', out_indices=(2, 3))
    for head, dim in ((config.model.decode_head, DIMS[3]), (config.model.auxiliary_head[0], DIMS[2])):
        head.update(in_channels=dim, norm_cfg=dict(type='SyncBN'), dropout_ratio=0.0)
    config.optim_wrapper.optimizer.lr = RATE
    config.merge_from_dict(changes)
    return config


def _protuned(folder: Path, **options) -> ConfigDict:
    """The tiny ResNet with Pro-tuning, on weights as if someone had trained them."""
    torch.manual_seed(0)
    path = folder / 'resnet.pth'
    torch.save(dict(state_dict=MODELS.build(dict(type=options['type'], **RESNET)).state_dict()), path)
    return ConfigDict(
        type='mmvpt.TunedBackbone',
        backbone=dict(RESNET, **options),
        init_cfg=dict(type='Pretrained', checkpoint=str(path)),
        tuner=PROTUNING,
    )


def _update(part: ConfigDict, options: dict, num_classes: int) -> None:
    """Set options wherever a part of the model has them, outside of its backbone."""
    for key, value in dict(part).items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and key != 'backbone':
                _update(item, options, num_classes)
        if key in options and isinstance(value, int):
            part[key] = options[key]
        if key == 'num_classes':
            part[key] = num_classes
