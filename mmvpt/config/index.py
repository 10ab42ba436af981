"""Tables of our configs by method, backbone and task, read from the configs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path, PurePosixPath

from mmengine.config import Config, ConfigDict

from mmvpt.config.find import find_config, list_names
from mmvpt.config.hosts import HOSTS
from mmvpt.config.open import open_config
from mmvpt.text.tables import format_table

#: Data sets as a name of a config ends in them.
DATA = dict(
    ade20k='ADE20K',
    coco='COCO',
    cub='CUB-200-2011',
    cifar10='CIFAR-10',
    cifar10_lt='CIFAR-10, long-tailed',
    cifar100='CIFAR-100',
    cifar100_lt='CIFAR-100, long-tailed',
    caltech101='Caltech-101',
    cars='Stanford Cars',
    clothing1m='Clothing1M',
    dogs='Stanford Dogs',
    flowers='Oxford Flowers',
    clutter='Clutter, pictures of our own that bases are pretrained on',
    imagenet_a='ImageNet-A',
    imagenet_r='ImageNet-R',
    mini_vtab='Mini-VTAB, small tasks of our own',
    nabirds='NABirds',
    pets='Oxford-IIIT Pets',
    shapes='Shapes, our own small data set',
    vtab='VTAB-1k',
    vtab_noah='VTAB-1k, normalised as in NOAH',
)


@dataclass(frozen=True)
class Showcase:
    """The method, backbone, task and options of a config.

    Args:
        name: Name of its file or row, without ``.py``.
        task: Classification, segmentation or detection.
        system: The class of the model, and of the decoder where there is one.
        backbone: Its class and size.
        weights: The name of the pretrained file, empty for none.
        method: The tuners, and the head where it is more than a layer.
        options: Options of the tuners.
        optimizer: Its class.
        batch: Images of a process in a step.
        runs: Number of trainings in the grids of its recipe.
    """

    name: str
    task: str
    system: str
    backbone: str
    weights: str
    method: str
    options: str
    optimizer: str
    batch: int
    runs: int

    @property
    def data(self) -> str:
        """The data set, which the name ends in."""
        known = [data for data in DATA if self.name.endswith(f'_{data}')]
        return max(known, key=len, default=self.name.rpartition('_')[2])


def read_showcases(folder: Path | None = None) -> list[Showcase]:
    """Read every config of a folder; by default all our configs, files and rows."""
    if folder is None:
        return [read_showcase(Path(find_config(f'mmvpt::{name}'))) for name in list_names()]
    paths = sorted(folder.glob('*.py'))
    if not paths:
        raise FileNotFoundError(f'{folder} holds no config. Name a folder whose files are configs.')
    return [read_showcase(path) for path in paths]


def read_showcase(path: Path) -> Showcase:
    """Read one config."""
    config = open_config(path)
    if missing := [key for key in ('model', 'optim_wrapper', 'train_dataloader') if key not in config]:
        raise ValueError(
            f'{path} has no {", ".join(missing)}: it is only a part of a config. Name a folder with complete ones.'
        )
    model = config.model
    wrapped = model.backbone if 'tuner' in model.backbone else dict(backbone=model.backbone)
    backbone = wrapped['backbone']
    tuners = [dict(tuner) for tuner in _listed(wrapped.get('tuner', []))]
    weights = _weights(wrapped.get('init_cfg') or backbone.get('init_cfg'))
    return Showcase(
        name=path.stem,
        task=_task(config),
        system=' + '.join(_last(part.type) for part in (model, model.get('decode_head')) if part),
        backbone=f'{_last(backbone["type"])} {_size(backbone)}',
        weights=weights,
        method=_method(tuners, model.get('head'), weights),
        options=', '.join(f'{key}={value!r}' for tuner in tuners for key, value in tuner.items() if key != 'type'),
        optimizer=_last(config.optim_wrapper.optimizer.type),
        batch=config.train_dataloader.batch_size,
        runs=_runs(config),
    )


def format_index(showcases: Iterable[Showcase], folder: str | None = None) -> str:
    """Write the index: a matrix of methods and backbones with the tasks that have a config, then the configs.

    Args:
        folder: Path of the configs relative to the page of the index; names become links.
    """
    showcases = list(showcases)
    parts = [
        '## Methods and backbones',
        'c, s, d: a config for classification, segmentation, detection.',
        format_table(_matrix(showcases)),
    ]
    for data in sorted({showcase.data for showcase in showcases}, key=_order):
        rows = [_row(showcase, folder) for showcase in showcases if showcase.data == data]
        parts += [f'## {DATA.get(data, data)}', format_table(rows)]
    return '\n\n'.join(parts) + '\n'


def _order(data: str) -> tuple[bool, str]:
    return data not in DATA, DATA.get(data, data)


def _matrix(showcases: list[Showcase]) -> list[dict[str, str]]:
    methods = sorted({showcase.method for showcase in showcases})
    tasks: dict[tuple[str, str, str], set[str]] = {}
    for showcase in showcases:
        place = (showcase.backbone, showcase.weights, showcase.method)
        tasks.setdefault(place, set()).add(showcase.task[0])
    return [
        dict(backbone=backbone, weights=weights or '-')
        | {
            method: ' '.join(sorted(tasks.get((backbone, weights, method), '-'), key='csd-'.index))
            for method in methods
        }
        for backbone, weights in sorted({(showcase.backbone, showcase.weights) for showcase in showcases})
    ]


def _row(showcase: Showcase, folder: str | None) -> dict[str, object]:
    return dict(
        config=f'[{showcase.name}]({folder}/{showcase.name}.py)' if folder else showcase.name,
        system=showcase.system,
        backbone=showcase.backbone,
        weights=showcase.weights or '-',
        method=showcase.method,
        options=f'`{showcase.options}`' if showcase.options else '-',
        optimizer=showcase.optimizer,
        batch=showcase.batch,
        runs=showcase.runs,
    )


def _method(tuners: list[dict], head: ConfigDict | None, weights: str) -> str:
    names = [_last(tuner['type']) for tuner in tuners] or ['pretraining']
    if names == ['FullTuning'] and not weights:
        names = ['from scratch']
    layers = head.get('num_layers', 1) if head and _last(head.type) == 'MLPHead' else 1
    return ' + '.join(names + [f'MLP-{layers}'] * (layers > 1))


def _size(backbone: ConfigDict) -> str:
    """Return the size of a backbone, which distinguishes it from others of its class."""
    size = backbone.get('arch') or backbone.get('depth') or backbone.get('model', '').partition('.')[0]
    if isinstance(size, dict):  # not one of the known ones
        size = '({})'.format(', '.join(f'{key} {value}' for key, value in list(size.items())[:2]))
    if 'patch_size' in backbone:
        size = f'{size}/{backbone["patch_size"]}'
    return f'{size} at {backbone["img_size"]}' if 'img_size' in backbone else str(size)


def _weights(init_cfg: ConfigDict | list[ConfigDict] | None) -> str:
    found = [cfg['checkpoint'] for cfg in _listed(init_cfg or []) if cfg['type'] == 'Pretrained']
    if not found:
        return ''
    path = PurePosixPath(found[0])
    return path.parent.name if path.parts[0] == 'work_dirs' else path.stem


def _runs(config: Config) -> int:
    grids = (config.get('grid', {}), config.get('tuner_grid', {}))
    return prod(len(values) for grid in grids for values in grid.values())


def _listed(item: ConfigDict | list[ConfigDict]) -> list[ConfigDict]:
    return list(item) if isinstance(item, (list, tuple)) else [item]


def _task(config: Config) -> str:
    """Of the host that the config is for, by its scope or by that of its model."""
    scopes = (config.get('default_scope'), config.model.type.partition('.')[0])
    host = next((HOSTS[scope] for scope in scopes if scope in HOSTS), None)
    if host is None:
        raise ValueError(f'{config.filename} names no host. Set default_scope to one of {", ".join(HOSTS)}.')
    return host.task


def _last(name: str) -> str:
    return name.rpartition('.')[2]
