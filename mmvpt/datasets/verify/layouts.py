"""The layouts that a folder can be verified against, by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ..coco_categories import COCO_CATEGORIES
from ..vtab_tasks import VTAB_TASKS
from .cifar import CifarPart
from .cifar_c import CifarCPart
from .coco import CocoPart
from .cub import CubPart
from .folder import ImageFolderPart
from .lists import ListsPart, vtab_part
from .part import Part, Unknown
from .segmentation import SegmentationPart

NUM_ADE_CLASSES = 150


class Layout(Protocol):
    """Makes the parts of a data set from its folder.

    Args:
        root: The folder.
        classes: Names of the classes, if they are not the layout's own.
        stuff: A semantic branch wants its label maps.
        reduce_zero_label: In label maps, the first class has id 1, and 0 is no class; else it has id 0.
    """

    def __call__(
        self, root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True
    ) -> list[Part]: ...


def _ade20k(
    root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True
) -> list[Part]:
    return [
        SegmentationPart(
            images=root / 'images' / split,
            maps=root / 'annotations' / split,
            num_classes=len(classes) if classes else NUM_ADE_CLASSES,
            reduce_zero_label=reduce_zero_label,
            names=tuple(classes or ()),
            training=split == 'training',
        )
        for split in ('training', 'validation')
    ]


def _coco(root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True) -> list[Part]:
    names = tuple(classes or COCO_CATEGORIES.values())
    return [
        CocoPart(
            file=root / 'annotations' / f'instances_{split}2017.json',
            images=root / f'{split}2017',
            classes=names,
            maps=root / 'stuffthingmaps' / f'{split}2017' if stuff and split == 'train' else None,
            training=split == 'train',
        )
        for split in ('train', 'val')
    ]


def _image_folder(
    root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True
) -> list[Part]:
    return [ImageFolderPart((root / 'train', root / 'val'), len(classes) if classes else None)]


def _cub(root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True) -> list[Part]:
    return [CubPart(root)]


def _cifar100(
    root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True
) -> list[Part]:
    return [CifarPart(root, download=False)]


def _cifar10(
    root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True
) -> list[Part]:
    return [CifarPart(root, download=False, name='CIFAR10')]


def _cifar_c(
    root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True
) -> list[Part]:
    return [CifarCPart(root, 100 if '100' in root.name else 10)]


def _vtab(root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True) -> list[Part]:
    if root.name in VTAB_TASKS:
        return [vtab_part(root)]
    there = [vtab_part(root / name) for name in VTAB_TASKS if (root / name).exists()]
    missing = f'{root} has no folder of a task of VTAB-1k, which are {", ".join(VTAB_TASKS)}'
    return [*there] or [Unknown(missing, wrong=True)]


def _lists(
    root: Path, classes: Sequence[str] | None, stuff: bool = False, reduce_zero_label: bool = True
) -> list[Part]:
    return [ListsPart(root)]


LAYOUTS: dict[str, Layout] = {
    'ade20k': _ade20k,
    'coco': _coco,
    'image-folder': _image_folder,
    'cub': _cub,
    'cifar10': _cifar10,
    'cifar100': _cifar100,
    'cifar-c': _cifar_c,
    'vtab': _vtab,
    'lists': _lists,
}
