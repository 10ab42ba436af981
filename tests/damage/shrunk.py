"""Showcases and rows made so small that a training takes seconds, with data and weights of their own."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmvpt.config.folders import config_root
from tests.configs.test_configs import REDUCE, data_of, loaders_of, pretrain, read

#: A config by its keys, once its bases are merged.
Tree = dict[str, object]

#: Every showcase, and rows for the tuners, data sets and backbones that no showcase has.
ROWS = (
    'vit_add_cub',
    'vit_partial1_cub',
    'resnet50_pad_cub',
    'convnext-b_bias_cub',
    'upernet_swin-b_vpt_ade20k',
    'mask_rcnn_protuning_shapes',
    'setr_vpt_mini_vtab',
    'vit_scratch_shapes',
)


def base_names() -> list[str]:
    """Names of the configs that cases are made of."""
    return sorted(path.stem for path in config_root().glob('*.py')) + list(ROWS)


def shrink(name: str, folder: Path) -> Tree:
    """Return a config that trains a few iterations on data that are written into a folder."""
    config = read(name)
    folder.mkdir(parents=True)
    REDUCE[data_of(name)](config, folder)
    pretrain(config, folder)
    for loader in loaders_of(config):
        loader.update(num_workers=0, persistent_workers=False)
        if loader.dataset.type == 'mmvpt.CUB':  # which older checkouts lack
            loader.dataset.update(type='CUB', split='train' if loader is config.train_dataloader else 'test')
    config.default_hooks.checkpoint.interval = 1
    if 'max_epochs' in config.train_cfg:
        config.train_cfg.update(max_epochs=2, val_interval=2)  # so that there is something to resume
    config.env_cfg.dist_cfg = dict(backend='gloo')
    return deepcopy(config.to_dict())


def walk(tree: object, path: str = '') -> Iterator[tuple[str, object]]:
    """Yield every value with its dotted path, groups before what is in them."""
    yield path, tree
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list | tuple) else ()
    for key, value in items:
        yield from walk(value, f'{path}.{key}'.removeprefix('.'))


def change(tree: Tree, put: Mapping[str, object], drop: Collection[str] = ()) -> Tree:
    """Return a copy in which values at dotted paths are others, or gone."""
    changed = deepcopy(tree)
    for path in drop:
        parent, last = _place(changed, path)
        del parent[last]
    for path, value in put.items():
        parent, last = _place(changed, path)
        parent[last] = deepcopy(value)
    return changed


def _place(tree: Tree, path: str) -> tuple[Any, Any]:
    *parents, last = path.split('.')
    place: Any = tree
    for name in parents:
        place = place[int(name)] if isinstance(place, list | tuple) else place.setdefault(name, {})
    return place, int(last) if isinstance(place, list) else last


def write_config(tree: Tree, path: Path) -> None:
    """Write values as a config file, those that are not finite too."""
    path.write_text('__import__("mmvpt")\n' + ''.join(f'{key} = {source(value)}\n' for key, value in tree.items()))


def source(value: object) -> str:
    """Spell a value in Python."""
    if isinstance(value, dict):
        return '{' + ', '.join(f'{key!r}: {source(item)}' for key, item in value.items()) + '}'
    if isinstance(value, list | tuple):
        opening, closing = '[]' if isinstance(value, list) else ('(', ',)' if value else ')')
        return opening + ', '.join(map(source, value)) + closing
    if isinstance(value, float) and not math.isfinite(value):
        return f'float({str(value)!r})'
    return repr(value)


def read_tree(path: Path) -> Tree:
    """Read what ``write_config`` wrote."""
    return Config.fromfile(str(path)).to_dict()
