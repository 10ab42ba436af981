"""Tiny true data sets of each layout, each with a config that trains on it in about a second."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from tests.data_makers import make_ade, make_cifar100, make_coco, make_cub, make_image_folder
from tests.engine.dense import tiny_detector
from tests.engine.tiny import HOOKS, cls_config, seg_config

ADE_CLASSES = tuple('abcdef')


@dataclass(frozen=True)
class DataSet:
    """A true data set, and what trains on it.

    Args:
        make: Write it into a folder.
        config: Make a config that reads it from ``data``.
    """

    make: Callable[[Path], Path]
    config: Callable[[], Config]


def write_data_set(name: str, folder: Path, repo: Path) -> None:
    """Write a data set into ``data`` of a folder, and next to it ``config.py``, with the hooks of a checkout."""
    folder.mkdir(parents=True)
    here = Path.cwd()
    os.chdir(folder)
    try:
        DATA_SETS[name].make(Path('data'))
        config = DATA_SETS[name].config()
        _use_hooks(config, repo)
        config.merge_from_dict(
            dict(work_dir='work', log_level='WARNING', visualizer=None, env_cfg=dict(mp_cfg=dict(opencv_num_threads=0)))
        )
        lines = (f'{key} = {value!r}\n' for key, value in config.to_dict().items())
        Path('config.py').write_text(''.join(lines))
    finally:
        os.chdir(here)


def _use_hooks(config: Config, repo: Path) -> None:
    """Replace our hooks by those of another checkout, which may have listed them elsewhere."""
    theirs = Config.fromfile(repo / 'configs' / '_base_' / 'hooks.py')
    for name in HOOKS:
        config.default_hooks.pop(name, None)
    config.default_hooks.update(theirs.get('mmvpt_hooks', {}))
    config.custom_hooks = theirs.get('custom_hooks', [])


def _image_folder_config() -> Config:
    config = cls_config(Path())
    config.train_cfg.update(max_epochs=1, val_interval=1)
    _move(config, 'data')
    return config


def _cub_config() -> Config:
    config = _image_folder_config()
    _set_classes(config, 200)
    for split, loader in _loaders(config):
        loader.dataset.pop('data_prefix')
        loader.dataset.update(type='CUB', split='train' if split == 'train' else 'test')
    return config


def _cifar_config() -> Config:
    config = _image_folder_config()
    _set_classes(config, 100)
    for split, loader in _loaders(config):
        steps = loader.dataset.pipeline[1:]
        loader.dataset = dict(
            type='CIFAR100',
            data_root='data',
            split='train' if split == 'train' else 'test',
            download=False,
            pipeline=steps,
        )
    return config


def _ade_config() -> Config:
    config = seg_config(Path())
    _move(config, 'data')
    config.model.auxiliary_head = None
    config.model.decode_head.num_classes = len(ADE_CLASSES)
    config.train_cfg.update(max_iters=8, val_interval=8)  # each picture twice
    for _, loader in _loaders(config):
        loader.dataset.update(
            type='BaseSegDataset', reduce_zero_label=True, metainfo=dict(classes=ADE_CLASSES, palette=6 * [[1, 2, 3]])
        )
    return config


def _detector(name: str) -> Config:
    config = tiny_detector(Path('data'), name)
    config.train_cfg.update(max_epochs=1, val_interval=1)
    config.param_scheduler = []
    config.optim_wrapper.optimizer.lr = 1e-4
    config.train_dataloader.batch_size = 2
    for _, loader in _loaders(config):
        for step in loader.dataset.pipeline:
            if step.type == 'Resize':
                step.scale = (64, 64)
    return config


def _move(config: Config, root: str) -> None:
    for _, loader in _loaders(config):
        loader.dataset.data_root = root


def _set_classes(config: Config, number: int) -> None:
    config.model.head.num_classes = config.model.data_preprocessor.num_classes = number


def _loaders(config: Config) -> list[tuple[str, Config]]:
    return [(split, config[f'{split}_dataloader']) for split in ('train', 'val', 'test')]


def _coco(root: Path) -> Path:
    return make_coco(root, num_classes=3)


DATA_SETS: dict[str, DataSet] = {
    'image-folder': DataSet(make_image_folder, _image_folder_config),
    'cub': DataSet(lambda root: make_cub(root, num_images=4), _cub_config),
    'cifar100': DataSet(make_cifar100, _cifar_config),
    'ade20k': DataSet(lambda root: make_ade(root, num_images=4), _ade_config),
    'coco': DataSet(_coco, lambda: _detector('mask_rcnn/mask-rcnn_r50_fpn_1x_coco.py')),
    'coco-boxes': DataSet(_coco, lambda: _detector('retinanet/retinanet_r50_fpn_1x_coco.py')),
    'coco-stuff': DataSet(_coco, lambda: _detector('htc/htc_r50_fpn_1x_coco.py')),
}


def know_checksums(root: Path) -> None:
    """Let mmpretrain take a tiny CIFAR-100 for the published one, whose checksums it knows."""
    from mmpretrain.datasets import CIFAR100

    for name in ('train', 'test'):
        digest = hashlib.md5((root / 'cifar-100-python' / name).read_bytes()).hexdigest()
        setattr(CIFAR100, f'{name}_list', [[name, digest]])
