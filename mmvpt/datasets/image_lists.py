"""Folders of images with a list of them for each split."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from mmpretrain.datasets import BaseDataset

from mmvpt.registry import DATASETS
from mmvpt.text.refused import Refused

from .image_list import CLASS_NAMES, SPLIT_LISTS, read_classes, read_image_list


@DATASETS.register_module()
class ImageLists(BaseDataset):
    """A folder that ``mmvpt prepare`` made, or that looks like one.

    It has images, ``class_names.txt`` with the name of a class on each line, and a list of images for each split:
    ``train.txt``, ``val.txt`` to select on, ``trainval.txt`` with both for final trainings, ``test.txt``. A line of a
    list is a path below the folder, a space and the number of a class, from 0. So a class has the same number in every
    split and every part of one.

    Args:
        data_root: The folder.
        split: One of the lists, without ``.txt``.
        **kwargs: Options of mmpretrain's ``BaseDataset``.
    """

    #: The list of each split.
    lists: ClassVar[Mapping[str, str]] = SPLIT_LISTS

    def __init__(self, data_root: str, split: str = 'train', **kwargs: object) -> None:
        if split not in self.lists:
            raise Refused(f'{type(self).__name__} has no split {split!r}. There are {", ".join(self.lists)}.')
        self.folder = Path(data_root)
        self.classes = self.class_names()
        kwargs.setdefault('metainfo', {'classes': self.classes})
        super().__init__(ann_file=self.lists[split], data_root=data_root, **kwargs)

    @property
    def size(self) -> int | None:
        """How many images the list has to have; None for any number."""
        return None

    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their numbers."""
        return read_classes(self.folder / CLASS_NAMES)

    def load_data_list(self) -> list[dict]:
        """Return images and labels of the split."""
        listed = read_image_list(Path(self.ann_file), len(self.classes), self.size)
        return [dict(img_path=str(self.folder / image.path), gt_label=image.label) for image in listed]
