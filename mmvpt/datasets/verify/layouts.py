"""The layouts that a folder can be verified against, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..coco_categories import COCO_CATEGORIES
from .coco import CocoPart
from .folder import ImageFolderPart
from .part import Part
from .segmentation import SegmentationPart

#: Makes the parts of a data set from its folder, the names of its classes if they are not the layout's own, and
#: whether a semantic branch wants its label maps.
Layout = Callable[[Path, Sequence[str] | None, bool], list[Part]]
NUM_ADE_CLASSES = 150


def _ade20k(root: Path, classes: Sequence[str] | None, stuff: bool) -> list[Part]:
    number = len(classes) if classes else NUM_ADE_CLASSES
    return [
        SegmentationPart(root / 'images' / split, root / 'annotations' / split, number)
        for split in ('training', 'validation')
    ]


def _coco(root: Path, classes: Sequence[str] | None, stuff: bool) -> list[Part]:
    names = tuple(classes or COCO_CATEGORIES.values())
    return [
        CocoPart(
            file=root / 'annotations' / f'instances_{split}2017.json',
            images=root / f'{split}2017',
            classes=names,
            maps=root / 'stuffthingmaps' / f'{split}2017' if stuff and split == 'train' else None,
        )
        for split in ('train', 'val')
    ]


def _image_folder(root: Path, classes: Sequence[str] | None, stuff: bool) -> list[Part]:
    return [ImageFolderPart((root / 'train', root / 'val'), len(classes) if classes else None)]


LAYOUTS: dict[str, Layout] = {'ade20k': _ade20k, 'coco': _coco, 'image-folder': _image_folder}
