"""The data sets of VTAB-1k, as folders of images with a list for each split."""

from __future__ import annotations

from pathlib import Path

from mmpretrain.datasets import BaseDataset

from mmvpt.registry import DATASETS
from mmvpt.text.refused import Refused

from .image_list import read_image_list
from .vtab_tasks import VTAB_LISTS, vtab_size, vtab_task


@DATASETS.register_module()
class VTAB(BaseDataset):
    """A task of VTAB-1k.

    Its folder has images and four lists of them, ``train800.txt``, ``val200.txt``, ``train800val200.txt`` and
    ``test.txt``, as most groups share them: a line is a path below the folder, a space and a label. If there is a
    ``classes.txt``, its lines are the names of the classes.

    Args:
        data_root: Folder with a folder for each task.
        task: Name of the folder, one of :data:`mmvpt.datasets.vtab_tasks.VTAB_TASKS`.
        split: ``train``, 800 images; ``val``, 200 to select on; ``trainval``, both, for final trainings; ``test``.
        whole: Whether lists have to be as long as published; False for a part of them.
        **kwargs: Options of mmpretrain's ``BaseDataset``.
    """

    def __init__(self, data_root: str, task: str, split: str = 'train', whole: bool = True, **kwargs: object) -> None:
        self.row = vtab_task(task)
        if split not in VTAB_LISTS:
            raise Refused(f'VTAB-1k has no split {split!r}. There are {", ".join(VTAB_LISTS)}.')
        self.folder = Path(data_root, task)
        self.size = vtab_size(task, split) if whole else None
        kwargs.setdefault('metainfo', {'classes': self._class_names()})
        super().__init__(ann_file=f'{VTAB_LISTS[split]}.txt', data_root=str(self.folder), **kwargs)

    def load_data_list(self) -> list[dict]:
        """Return images and labels of the split."""
        listed = read_image_list(Path(self.ann_file), self.row.classes, self.size)
        return [dict(img_path=str(self.folder / image.path), gt_label=image.label) for image in listed]

    def _class_names(self) -> tuple[str, ...]:
        path = self.folder / 'classes.txt'
        if not path.exists():
            return tuple(map(str, range(self.row.classes)))
        names = tuple(path.read_text().splitlines())
        if len(names) != self.row.classes:
            raise Refused(f'{path}: it has {len(names)} lines for {self.row.classes} classes. Make one line for each.')
        return names
