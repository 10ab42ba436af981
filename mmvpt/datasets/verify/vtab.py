"""A task of VTAB-1k: images, and a list of them for each split."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from mmvpt.text.refused import Refused

from ..image_list import Listed, read_image_list
from ..vtab_tasks import VTAB_LISTS, vtab_size, vtab_task
from .decode import read_picture
from .files import choose, is_there, read_all
from .findings import Findings
from .part import Part, add_odd

#: Splits that share no image; the fourth is the first two together.
APART = ('train', 'val', 'test')


@dataclass(frozen=True)
class VtabPart(Part):
    """All splits of a task.

    Args:
        root: The folder of the task, which has its name.
        whole: The lists have to be as long as published.
    """

    root: Path
    whole: bool = True

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.root)

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Look through the lists, compare them, and read the images."""
        if not is_there(self.root, findings):
            return
        lists = {split: self._read(findings, split) for split in VTAB_LISTS}
        found = {split: listed for split, listed in lists.items() if listed}
        self._compare(findings, {split: set(listed) for split, listed in found.items()})
        for split, listed in found.items():
            absent = vtab_task(self.root.name).classes - len({image.label for image in listed})
            if absent:
                findings.remark(f'{self._path(split)}: {absent} classes have no image in it')
        self._check_pictures(findings, {image.path for listed in found.values() for image in listed}, limit)

    def _path(self, split: str) -> Path:
        return self.root / f'{VTAB_LISTS[split]}.txt'

    def _read(self, findings: Findings, split: str) -> list[Listed]:
        path, name = self._path(split), self.root.name
        if not is_there(path, findings, folder=False):
            return []
        try:
            listed = read_image_list(path, vtab_task(name).classes, vtab_size(name, split) if self.whole else None)
        except Refused as error:
            findings.problem(str(error))
            return []
        findings.fact(f'{path}: {len(listed)} images')
        return listed

    def _compare(self, findings: Findings, sets: dict[str, set[Listed]]) -> None:
        for one, other in combinations([split for split in APART if split in sets], 2):
            both = {image.path for image in sets[one]} & {image.path for image in sets[other]}
            findings.problems_of({f'{self._path(one)}: images that {self._path(other).name} has too': both})
        if {'train', 'val', 'trainval'} <= sets.keys() and sets['train'] | sets['val'] != sets['trainval']:
            differ = (sets['train'] | sets['val']) ^ sets['trainval']
            together = f'{VTAB_LISTS["train"]} and {VTAB_LISTS["val"]} together'
            lines = {f'{image.path} {image.label}' for image in differ}
            findings.problems_of({f'{self._path("trainval")}: lines in which it is not {together}': lines})

    def _check_pictures(self, findings: Findings, listed: set[str], limit: int | None) -> None:
        there = {name for name in listed if (self.root / name).is_file()}
        findings.problems_of({f'{self.root}: images that are listed but absent': listed - there})
        for name, picture in read_all(self.root, choose(there, limit), findings, read_picture):
            add_odd(findings, self.root, name, picture)
