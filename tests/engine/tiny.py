"""Configs of runs that take seconds, on data of :mod:`tests.data_makers`."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from uuid import uuid4

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from mmvpt.registry import MODELS
from tests.data_makers import make_ade, make_image_folder

VIT = dict(
    type='mmpretrain.VisionTransformer',
    arch=dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64),
    img_size=32,
    patch_size=8,
)
PROMPTS = dict(type='mmvpt.DeepPrompts', num_tokens=2, dropout=0.1)
PREPROCESS = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])
HOOKS = Config.fromfile(Path(__file__).resolve().parents[2] / 'configs' / '_base_' / 'hooks.py').mmvpt_hooks


def write_base(path: Path, seed: int = 0) -> str:
    """Weights of a plain ViT, as if someone had trained it."""
    torch.manual_seed(seed)
    vit = MODELS.build(VIT)
    vit.init_weights()
    torch.save(dict(state_dict=vit.state_dict()), path)
    return str(path)


def seg_config(folder: Path, *, tuner: dict | list = PROMPTS, **changes) -> Config:
    """A segmentor on ADE20K's layout, trained for 4 iterations of 2 images; all files are in ``folder``."""
    data = folder / 'ade'
    if not data.exists():
        make_ade(data)
        write_base(folder / 'base.pth')
    head = dict(in_channels=32, channels=16, num_classes=150, num_convs=1, norm_cfg=dict(type='BN'), dropout_ratio=0.1)
    return _config(
        folder,
        scope='mmseg',
        model=dict(
            type='EncoderDecoder',
            data_preprocessor=dict(
                type='SegDataPreProcessor',
                **PREPROCESS,
                bgr_to_rgb=True,
                size=(32, 32),
                pad_val=0,
                seg_pad_val=255,
            ),
            backbone=_tuned(folder, tuner, out_type='featmap', out_indices=(0, 1)),
            decode_head=dict(type='FCNHead', in_index=1, **head),
            auxiliary_head=[dict(type='FCNHead', in_index=0, **head)],
            train_cfg=dict(),
            test_cfg=dict(mode='whole'),
        ),
        loaders=dict(
            train_dataloader=_ade_loader(
                data,
                'training',
                [
                    'LoadAnnotations',
                    dict(type='RandomFlip', prob=0.5),
                    'PhotoMetricDistortion',
                    'PackSegInputs',
                ],
            ),
            val_dataloader=_ade_loader(data, 'validation', ['LoadAnnotations', 'PackSegInputs']),
        ),
        evaluator=dict(type='IoUMetric', iou_metrics=['mIoU']),
        changes=changes,
    )


def cls_config(folder: Path, *, tuner: dict | list = PROMPTS, **changes) -> Config:
    """A classifier on an image folder, trained for 2 epochs of 3 iterations of 4 images; files in ``folder``."""
    data = folder / 'images'
    if not data.exists():
        make_image_folder(data)
        write_base(folder / 'base.pth')
    return _config(
        folder,
        scope='mmpretrain',
        model=dict(
            type='ImageClassifier',
            data_preprocessor=dict(type='ClsDataPreprocessor', **PREPROCESS, to_rgb=True, num_classes=3),
            backbone=_tuned(folder, tuner),
            head=dict(type='LinearClsHead', num_classes=3, in_channels=32),
        ),
        loaders=dict(
            train_dataloader=_folder_loader(data, 'train', [dict(type='RandomResizedCrop', scale=32)], shuffle=True),
            val_dataloader=_folder_loader(data, 'val', [], shuffle=False),
        ),
        evaluator=dict(type='Accuracy', topk=(1,)),
        changes=changes,
    )


def make_runner(config: Config) -> Runner:
    """A runner that shares no global state with those before it."""
    config.experiment_name = uuid4().hex
    return Runner.from_cfg(config)


def train(config: Config) -> Runner:
    """Run a training to its end."""
    runner = make_runner(config)
    runner.train()
    return runner


def build_model(config: Config) -> torch.nn.Module:
    """The model of a config, with its base."""
    init_default_scope(config.default_scope)
    model = MODELS.build(config.model)
    model.init_weights()
    return model


def _config(folder: Path, scope: str, model: dict, loaders: dict, evaluator: dict, changes: dict) -> Config:
    by_epoch = scope == 'mmpretrain'
    length = (
        dict(by_epoch=True, max_epochs=2, val_interval=2)
        if by_epoch
        else dict(by_epoch=False, max_iters=4, val_interval=4)
    )
    config = Config(
        dict(
            default_scope=scope,
            model=model,
            **loaders,
            test_dataloader=loaders['val_dataloader'],
            test_pipeline=loaders['val_dataloader']['dataset']['pipeline'],  # read by the inference APIs
            val_evaluator=evaluator,
            test_evaluator=evaluator,
            train_cfg=length,
            val_cfg=dict(),
            test_cfg=dict(),
            optim_wrapper=dict(
                constructor='mmvpt.TrainableParamsConstructor',
                optimizer=dict(type='SGD', lr=0.05, momentum=0.9, weight_decay=1e-4),
            ),
            param_scheduler=[dict(type='CosineAnnealingLR', T_max=10, by_epoch=False)],
            default_hooks=dict(
                checkpoint=dict(type='CheckpointHook', by_epoch=by_epoch, interval=1 if by_epoch else 2),
                logger=dict(type='LoggerHook', interval=1),
                **deepcopy(HOOKS),  # a run may change them
            ),
            env_cfg=dict(dist_cfg=dict(backend='gloo')),
            randomness=dict(seed=3),
            work_dir=str(folder / 'work'),
        )
    )
    config.merge_from_dict(changes)
    return config


def _tuned(folder: Path, tuner: dict | list, **vit: object) -> dict:
    init_cfg = dict(type='Pretrained', checkpoint=str(folder / 'base.pth'))
    return dict(type='mmvpt.TunedBackbone', backbone=dict(VIT, init_cfg=init_cfg, **vit), tuner=tuner)


def _ade_loader(data: Path, split: str, transforms: list) -> dict:
    training = split == 'training'
    return dict(
        batch_size=2,
        num_workers=0,
        sampler=dict(type='InfiniteSampler', shuffle=True) if training else dict(type='DefaultSampler', shuffle=False),
        dataset=dict(
            type='ADE20KDataset',
            data_root=str(data),
            serialize_data=False,
            data_prefix=dict(img_path=f'images/{split}', seg_map_path=f'annotations/{split}'),
            pipeline=_pipeline(['LoadImageFromFile', *transforms]),
        ),
    )


def _folder_loader(data: Path, split: str, transforms: list, shuffle: bool) -> dict:
    return dict(
        batch_size=4,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=shuffle),
        collate_fn=dict(type='default_collate'),
        dataset=dict(
            type='CustomDataset',
            data_root=str(data),
            serialize_data=False,
            data_prefix=split,
            pipeline=_pipeline(['LoadImageFromFile', *transforms, 'PackInputs']),
        ),
    )


def _pipeline(transforms: list) -> list[dict]:
    return [dict(type=item) if isinstance(item, str) else item for item in transforms]
