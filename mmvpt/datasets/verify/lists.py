"""A folder of images with a list for each split: what ``mmvpt prepare`` makes, and the tasks of VTAB-1k."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from mmvpt.text.refused import Refused

from ..image_list import CLASS_NAMES, SPLIT_LISTS, Listed, read_classes, read_image_list
from ..vtab_tasks import VTAB_FILES, vtab_size, vtab_task
from .decode import read_picture
from .files import choose, is_there, read_all
from .findings import Findings
from .part import Part, add_odd

#: Splits that share no image; the fourth is the first two together.
APART = ('train', 'val', 'test')


@dataclass(frozen=True)
class ListsPart(Part):
    """All splits.

    Args:
        root: The folder.
        lists: Names of the lists by split; those of :class:`mmvpt.ImageLists` by default.
        num_classes: How many classes there are; None is as many as ``class_names.txt`` names.
        sizes: How many images a list has to have, by split.
        needed: Splits whose lists have to be there.
    """

    root: Path
    lists: tuple[tuple[str, str], ...] = tuple(SPLIT_LISTS.items())
    num_classes: int | None = None
    sizes: tuple[tuple[str, int], ...] = ()
    needed: tuple[str, ...] = ('test',)

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.root)

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Look through the lists, compare them, and read the images."""
        if not is_there(self.root, findings):
            return
        try:
            number = self.num_classes or len(read_classes(self.root / CLASS_NAMES))
        except Refused as error:
            findings.problem(str(error))
            return
        lists = {split: self._read(findings, split, number) for split, _ in self.lists}
        found = {split: listed for split, listed in lists.items() if listed}
        self._compare(findings, {split: set(listed) for split, listed in found.items()})
        for split, listed in found.items():
            absent = number - len({image.label for image in listed})
            if absent:
                findings.remark(f'{self._path(split)}: {absent} classes have no image in it')
        self._check_pictures(findings, {image.path for listed in found.values() for image in listed}, limit)

    def _path(self, split: str) -> Path:
        return self.root / dict(self.lists)[split]

    def _read(self, findings: Findings, split: str, num_classes: int) -> list[Listed]:
        path = self._path(split)
        if split not in self.needed and not path.exists():
            return []
        if not is_there(path, findings, folder=False):
            return []
        try:
            listed = read_image_list(path, num_classes, dict(self.sizes).get(split))
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
            together = f'{self._path("train").name} and {self._path("val").name} together'
            lines = {f'{image.path} {image.label}' for image in differ}
            findings.problems_of({f'{self._path("trainval")}: lines in which it is not {together}': lines})

    def _check_pictures(self, findings: Findings, listed: set[str], limit: int | None) -> None:
        there = {name for name in listed if (self.root / name).is_file()}
        findings.problems_of({f'{self.root}: images that are listed but absent': listed - there})
        for name, picture in read_all(self.root, choose(there, limit), findings, read_picture):
            add_odd(findings, self.root, name, picture)


def vtab_part(root: Path, whole: bool = True) -> ListsPart:
    """A task of VTAB-1k; its folder has the name of the task."""
    sizes = tuple((split, vtab_size(root.name, split)) for split in VTAB_FILES) if whole else ()
    return ListsPart(root, tuple(VTAB_FILES.items()), vtab_task(root.name).classes, sizes, tuple(VTAB_FILES))
