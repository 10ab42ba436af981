"""The data sets of VTAB-1k, as folders of images with a list for each split."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from mmvpt.registry import DATASETS
from mmvpt.text.refused import Refused

from .image_list import CLASS_NAMES, read_classes
from .image_lists import ImageLists
from .vtab_tasks import VTAB_FILES, vtab_size, vtab_task


@DATASETS.register_module()
class VTAB(ImageLists):
    """A task of VTAB-1k.

    Its folder has images and four lists of them, ``train800.txt``, ``val200.txt``, ``train800val200.txt`` and
    ``test.txt``, as most groups share them: a line is a path below the folder, a space and a label. If there is a
    ``class_names.txt``, its lines are the names of the classes.

    Args:
        data_root: Folder with a folder for each task.
        task: Name of the folder, one of :data:`mmvpt.datasets.vtab_tasks.VTAB_TASKS`.
        split: ``train``, 800 images; ``val``, 200 to select on; ``trainval``, both, for final trainings; ``test``.
        whole: Whether lists have to be as long as published; False for a part of them.
        **kwargs: Options of mmpretrain's ``BaseDataset``.
    """

    lists: ClassVar[Mapping[str, str]] = VTAB_FILES

    def __init__(self, data_root: str, task: str, split: str = 'train', whole: bool = True, **kwargs: object) -> None:
        self.row = vtab_task(task)
        self.published = vtab_size(task, split) if whole and split in self.lists else None
        super().__init__(str(Path(data_root, task)), split, **kwargs)

    @property
    def size(self) -> int | None:
        """As published."""
        return self.published

    def class_names(self) -> tuple[str, ...]:
        """Those of ``class_names.txt``; without one, the numbers of the classes."""
        path = self.folder / CLASS_NAMES
        if not path.exists():
            return tuple(map(str, range(self.row.classes)))
        names = read_classes(path)
        if len(names) != self.row.classes:
            raise Refused(f'{path}: it has {len(names)} lines for {self.row.classes} classes. Make one line for each.')
        return names
