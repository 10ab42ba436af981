"""Pictures in a folder for each class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .files import decode_all, decode_picture, is_there, list_files
from .findings import Findings
from .part import Part

#: What mmpretrain takes for pictures.
SUFFIXES = ('.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif')


@dataclass(frozen=True)
class ImageFolderPart(Part):
    """All splits: a folder for each, with a folder for each class in it.

    Args:
        splits: Folders of the splits.
        num_classes: How many classes there are, if that is known beforehand.
    """

    splits: tuple[Path, ...]
    num_classes: int | None = None

    def verify(self, findings: Findings, quick: bool) -> None:
        classes = {
            split: self._verify_split(split, findings, quick) for split in self.splits if is_there(split, findings)
        }
        if not classes:
            return
        first, *others = classes
        for other in others:
            for name in sorted(classes[first] ^ classes[other]):
                here, there = (first, other) if name in classes[first] else (other, first)
                findings.problem(f'Classes of {here} that {there} does not have, so that labels would not agree', name)

    def _verify_split(self, split: Path, findings: Findings, quick: bool) -> set[str]:
        """Look through one split and return its classes."""
        classes = {entry.name for entry in split.iterdir() if entry.is_dir() and not entry.name.startswith('.')}
        files = list_files(split)
        pictures = {name for name in files if name.lower().endswith(SUFFIXES)}
        findings.fact(f'{split}: {len(pictures)} pictures, {len(classes)} classes')
        outside = {name for name in pictures if '/' not in name}
        kinds = {
            f'{split}: pictures outside of the class folders': outside,
            f'{split}: class folders without a picture': classes - {PurePosixPath(name).parts[0] for name in pictures},
        }
        for kind, names in kinds.items():
            if names:
                findings.problem(kind, *sorted(names))
        if not classes:
            findings.problem(f'{split} has no class folders, such as {split}/cat')
        if files - pictures:
            findings.remark(f'{split}: files that mmpretrain passes over', *sorted(files - pictures))
        if self.num_classes and classes and len(classes) != self.num_classes:
            findings.problem(f'{split} has {len(classes)} class folders for {self.num_classes} classes')
        if not quick:
            list(decode_all(split, pictures, findings, decode_picture))
        return classes
