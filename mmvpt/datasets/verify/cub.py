"""CUB-200-2011 as published: pictures, and three text files that number them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .decode import read_picture
from .files import choose, is_there, list_files, read_all
from .findings import Findings
from .part import Part, add_odd

NUM_CLASSES = 200
TRAINING, TEST = '1', '0'
#: What stands behind the number of a picture in each file, in words and as a test.
FILES: dict[str, tuple[str, Callable[[str], bool]]] = {
    'images.txt': ('the name of a picture', bool),
    'image_class_labels.txt': (
        f'a class, 1 to {NUM_CLASSES}',
        lambda word: word.isdecimal() and 1 <= int(word) <= NUM_CLASSES,
    ),
    'train_test_split.txt': ('1 for training or 0 for test', lambda word: word in (TRAINING, TEST)),
}


@dataclass(frozen=True)
class CubPart(Part):
    """All splits.

    Args:
        root: The folder with the text files and ``images``.
    """

    root: Path

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.root)

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Look through the text files, then through the pictures."""
        paths = {name: self.root / name for name in FILES}
        columns = {
            name: self._read(findings, path) for name, path in paths.items() if is_there(path, findings, folder=False)
        }
        if len(columns) == len(FILES):
            self._compare(findings, columns)
        if is_there(self.root / 'images', findings):
            self._check_pictures(findings, set(columns.get('images.txt', {}).values()), limit)

    def _read(self, findings: Findings, path: Path) -> dict[int, str]:
        """What stands behind each number."""
        words, holds = FILES[path.name]
        column: dict[int, str] = {}
        for place, line in enumerate(path.read_text(errors='replace').splitlines(), start=1):
            number, *rest = line.split() or ['']
            if not number.isdecimal() or len(rest) != 1 or not holds(rest[0]):
                findings.problem(f'{path}: lines that are not a number and {words}', f'line {place}: {line[:40]!r}')
            elif int(number) in column:
                findings.problem(f'{path}: numbers that stand there twice', number)
            else:
                column[int(number)] = rest[0]
        return column

    def _compare(self, findings: Findings, columns: dict[str, dict[int, str]]) -> None:
        splits = list(columns['train_test_split.txt'].values())
        for split, name in ((TRAINING, 'training'), (TEST, 'test')):
            if split not in splits:
                findings.problem(f'{self.root / "train_test_split.txt"} has no picture for {name}')
        numbers = set().union(*columns.values())
        for name, column in columns.items():
            missing = {str(number) for number in numbers - column.keys()}
            kind = f'{self.root / name}: numbers of pictures that only the other files have, at which mmpretrain stops'
            findings.problems_of({kind: missing})
        classes = len(set(columns['image_class_labels.txt'].values()))
        findings.fact(
            f'{self.root}: {splits.count(TRAINING)} pictures for training, {splits.count(TEST)} for test, '
            f'{classes} of {NUM_CLASSES} classes'
        )

    def _check_pictures(self, findings: Findings, listed: set[str], limit: int | None) -> None:
        folder = self.root / 'images'
        there = list_files(folder, findings)
        findings.problems_of({f'{folder}: pictures that are listed in images.txt but absent': listed - there})
        if there - listed:
            findings.remark(f'{folder}: files that are not listed in images.txt', *sorted(there - listed))
        for name, picture in read_all(folder, choose(listed & there, limit), findings, read_picture):
            add_odd(findings, folder, name, picture)
