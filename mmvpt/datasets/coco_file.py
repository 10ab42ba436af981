"""Annotation files in COCO's format, read in the same way as mmdet does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NotRequired, TypedDict

from mmvpt.text.shorten import shorten


class CocoPicture(TypedDict):
    """An image, as a file describes it."""

    id: int
    file_name: str
    width: int
    height: int


class CocoObject(TypedDict):
    """An object in an image. Its mask and ``iscrowd`` can have any type."""

    id: int
    image_id: int
    category_id: int
    bbox: list[float]
    area: float
    iscrowd: NotRequired[object]
    segmentation: NotRequired[object]


class CocoCategory(TypedDict):
    """A class of objects."""

    id: int
    name: str


class CocoFile(TypedDict):
    """What a file holds if it is right."""

    categories: list[CocoCategory]
    images: list[CocoPicture]
    annotations: NotRequired[list[CocoObject]]


def explain_categories(names: Sequence[str], classes: Sequence[str]) -> str | None:
    """Return what is wrong if the categories of a file do not give each class its own label.

    mmdet selects the categories with the name of a class and numbers them in the order of the file, so no class may be
    missing there, and the order has to be the same.

    Args:
        names: Names of the categories in the order of the file.
        classes: Names of the classes in the order of their labels.
    """
    missing = [name for name in classes if name not in names]
    if missing:
        return (
            f'has no category for {len(missing)} of {len(classes)} classes: {shorten(missing)}. Its categories are: '
            f'{shorten(names)}'
        )
    used = [name for name in names if name in classes]
    if len(used) > len(classes):
        twice = sorted({name for name in used if used.count(name) > 1})
        return f'has several categories of the same name: {shorten(twice)}'
    for label, (name, expected) in enumerate(zip(used, classes, strict=True)):
        if name != expected:
            return (
                f'has the categories in another order than the classes: label {label} would be {name!r} by the file, '
                f'which is how mmdet numbers them, and {expected!r} by the classes'
            )
    return None


def unused_categories(names: Iterable[str], classes: Sequence[str]) -> list[str]:
    """Return the names of the categories whose annotations mmdet ignores without a message."""
    return [name for name in names if name not in classes]


def label_map_name(file_name: str, suffix: str = '.png') -> str:
    """Return the name of the label map of an image, below the folder of the label maps."""
    return str(PurePosixPath(file_name).with_suffix(suffix))
