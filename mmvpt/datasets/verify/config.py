"""What a config reads, as parts to verify."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config, ConfigDict

from mmvpt.config.datasets import configured_datasets
from mmvpt.config.hosts import HOSTS
from mmvpt.config.open import open_config

from ..coco_categories import COCO_CATEGORIES
from .cifar import CifarPart
from .cifar_c import CifarCPart
from .coco import CocoPart
from .cub import CubPart
from .folder import ImageFolderPart
from .layouts import NUM_ADE_CLASSES
from .lists import ListsPart, vtab_part
from .part import Part, Unknown
from .segmentation import SegmentationPart


@dataclass(frozen=True)
class Use:
    """A data set in a config, and what the config does with it."""

    dataset: ConfigDict
    config: Config
    split: str

    def path(self, *names: str) -> Path:
        """A path below the root of the data."""
        return Path(self.dataset.get('data_root') or '', *names)

    def prefix(self, key: str) -> str:
        """A folder of the data set; some give it as one string."""
        prefix = self.dataset.get('data_prefix') or {}
        return prefix if isinstance(prefix, str) else prefix.get(key) or ''

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes where the config gives them."""
        return tuple((self.dataset.get('metainfo') or {}).get('classes') or ())

    def loads(self, what: str) -> bool:
        """Tell whether a step of the pipeline has an option switched on, such as ``with_mask``."""
        return any(step.get(what) for step in self.dataset.get('pipeline') or ())

    @property
    def training(self) -> bool:
        """A model learns from it."""
        return self.split == 'train'

    @property
    def zero_label_settings(self) -> frozenset[bool]:
        """What its pipelines say of ``reduce_zero_label``, where they do."""
        views = self.config.get('tta_pipeline') if self.split == 'test' else None
        return frozenset(_zero_label_settings([self.dataset.get('pipeline'), views]))


def parts_of_config(config: str | Config) -> list[Part]:
    """Tell what the loaders of a config read: of one that is there, or from its path or its ``mmvpt::`` name."""
    cfg = open_config(config)
    parts = []
    for split in ('train', 'val', 'test'):
        outer = (cfg.get(f'{split}_dataloader') or {}).get('dataset')
        parts += [_part(Use(dataset, cfg, split)) for dataset in (configured_datasets(outer) if outer else ())]
    folders = tuple(folder for part in parts if isinstance(part, ImageFolderPart) for folder in part.splits)
    if not folders:
        return parts
    numbers = [part.num_classes for part in parts if isinstance(part, ImageFolderPart)]
    together = ImageFolderPart(tuple(dict.fromkeys(folders)), numbers[0])
    return [part for part in parts if not isinstance(part, ImageFolderPart)] + [together]


def _part(use: Use) -> Part:
    """The part that a data set of a host is, by the layout of its files."""
    layouts = {kind: layout for host in HOSTS.values() for kind, layout in host.datasets.items()}
    kind = str(use.dataset.get('type')).rpartition('.')[2]
    if kind in layouts:
        return MAKERS[layouts[kind]](use)
    place = f'{use.path()}' if use.path().exists() else f'{use.path()}, which is not there'
    return Unknown(f'{use.dataset.get("type")} in {place}; known are {", ".join(layouts)}')


def _coco(use: Use) -> Part:
    metrics = use.config.get(f'{use.split}_evaluator') or []
    metrics = metrics if isinstance(metrics, list) else [metrics]
    evaluates_masks = any('segm' in str(metric.get('metric')) for metric in metrics)
    semantic_head = ((use.config.get('model') or {}).get('roi_head') or {}).get('semantic_head')
    maps = use.prefix('seg')
    if use.training and semantic_head and not maps:
        return Unknown(
            "the training data, because the model has a semantic head and data_prefix no 'seg': the folder of the "
            'label maps',
            wrong=True,
        )
    return CocoPart(
        file=use.path(use.dataset.get('ann_file', '')),
        images=use.path(use.prefix('img')),
        classes=use.classes or tuple(COCO_CATEGORIES.values()),
        with_masks=use.loads('with_mask') if use.training else evaluates_masks,
        maps=use.path(maps) if maps and use.loads('with_seg') else None,
        num_map_ids=(semantic_head or {}).get('num_classes', 183),
        training=use.training,
    )


def _zero_label_settings(steps: object) -> Iterator[bool]:
    """Look through the steps of a pipeline, and those inside of them."""
    if isinstance(steps, Mapping):
        setting = steps.get('reduce_zero_label')
        if str(steps.get('type')).endswith('LoadAnnotations') and setting is not None:
            yield setting
        steps = list(steps.values())
    if isinstance(steps, (list, tuple)):
        for step in steps:
            yield from _zero_label_settings(step)


def _ade20k(use: Use) -> Part:
    # a config may name a few of the classes: the ids in the files stay those of all, and the others need not occur
    whole = len(use.classes) in (0, NUM_ADE_CLASSES)
    return _label_maps(use, NUM_ADE_CLASSES, zero_is_nothing=True, training=use.training and whole)


def _segmentation(use: Use) -> Part:
    number = len(use.classes) or NUM_ADE_CLASSES
    return _label_maps(use, number, zero_is_nothing=False, training=use.training, names=use.classes)


def _label_maps(use: Use, num_classes: int, zero_is_nothing: bool, training: bool, names: tuple[str, ...] = ()) -> Part:
    if use.dataset.get('ann_file'):
        return Unknown(f'{use.path(use.dataset["ann_file"])}, because it lists the files of a part of a folder')
    return SegmentationPart(
        images=use.path(use.prefix('img_path')),
        maps=use.path(use.prefix('seg_map_path')),
        num_classes=num_classes,
        reduce_zero_label=use.dataset.get('reduce_zero_label', zero_is_nothing),
        image_suffix=use.dataset.get('img_suffix', '.jpg'),
        map_suffix=use.dataset.get('seg_map_suffix', '.png'),
        names=names,
        training=training,
        loaded_with=use.zero_label_settings,
    )


def _image_folder(use: Use) -> Part:
    if use.dataset.get('ann_file'):
        return Unknown(f'{use.path(use.dataset["ann_file"])}, because it lists pictures instead of class folders')
    return ImageFolderPart((use.path(use.prefix('img_path')),), len(use.classes) or None)


def _cifar(use: Use, name: str) -> Part:
    return CifarPart(use.path(use.prefix('root')), use.dataset.get('download', True), name)


#: Makes a part, by the layout of its files; which data sets have which is in the rows of the hosts.
MAKERS: dict[str, Callable[[Use], Part]] = {
    'ade20k': _ade20k,
    'cifar10': lambda use: _cifar(use, 'CIFAR10'),
    'cifar100': lambda use: _cifar(use, 'CIFAR100'),
    'cifar-c': lambda use: CifarCPart(use.path(), use.dataset.get('num_classes', 10)),
    'coco': _coco,
    'cub': lambda use: CubPart(use.path()),
    'image-folder': _image_folder,
    'segmentation': _segmentation,
    'lists': lambda use: ListsPart(use.path()),
    'vtab': lambda use: vtab_part(use.path(use.dataset.get('task', '')), use.dataset.get('whole', True)),
}
