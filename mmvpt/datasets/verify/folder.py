"""Pictures in a folder for each class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .decode import read_picture
from .files import SUFFIXES, choose, is_there, list_files, read_all
from .findings import Findings
from .part import Part, add_odd

#: Those of pictures that mmpretrain passes over.
OTHER_SUFFIXES = ('.webp', '.gif', '.tiff', '.jfif', '.jp2', '.avif', '.heic', '.heif')


@dataclass(frozen=True)
class ImageFolderPart(Part):
    """All splits: a folder for each, with a folder for each class in it.

    Args:
        splits: Folders of the splits.
        num_classes: How many classes there are, if that is known beforehand.
    """

    splits: tuple[Path, ...]
    num_classes: int | None = None

    @property
    def place(self) -> str:
        """Where it lies."""
        return ', '.join(map(str, self.splits))

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Look through all splits, and compare their classes."""
        classes = {
            split: self._verify_split(split, findings, limit) for split in self.splits if is_there(split, findings)
        }
        if not classes:
            return
        first, *others = classes
        for other in others:
            for name in sorted(classes[first] ^ classes[other]):
                here, there = (first, other) if name in classes[first] else (other, first)
                findings.problem(f'Classes of {here} that {there} does not have, so that labels would not agree', name)

    def _verify_split(self, split: Path, findings: Findings, limit: int | None) -> set[str]:
        """Look through one split and return its classes."""
        classes = {entry.name for entry in split.iterdir() if entry.is_dir() and not entry.name.startswith('.')}
        files = list_files(split, findings)
        pictures = {name for name in files if name.lower().endswith(SUFFIXES)}
        others = {name for name in files if name.lower().endswith(OTHER_SUFFIXES)}
        findings.fact(f'{split}: {len(pictures)} pictures, {len(classes)} classes')
        suffixes = f'{", ".join(SUFFIXES[:-1])} or {SUFFIXES[-1]}'
        findings.problems_of(
            {
                f'{split}: pictures outside of the class folders': {name for name in pictures if '/' not in name},
                f'{split}: class folders without a picture': classes - {_first_folder(name) for name in pictures},
                f'{split}: pictures that mmpretrain passes over, since they do not end in {suffixes}': others,
                f'{split}: classes whose names differ in case alone': _twins(classes),
            }
        )
        if not classes:
            findings.problem(f'{split} has no class folders, such as {split}/cat')
        if files - pictures - others:
            findings.remark(f'{split}: files that mmpretrain passes over', *sorted(files - pictures - others))
        if self.num_classes and classes and len(classes) != self.num_classes:
            findings.problem(f'{split} has {len(classes)} class folders for {self.num_classes} classes')
        for name, picture in read_all(split, choose(pictures, limit), findings, read_picture):
            add_odd(findings, split, name, picture)
        return classes


def _first_folder(name: str) -> str:
    return PurePosixPath(name).parts[0]


def _twins(names: set[str]) -> set[str]:
    counts = Counter(name.lower() for name in names)
    return {name for name in names if counts[name.lower()] > 1}
