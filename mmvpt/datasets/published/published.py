"""What the annotations of a published data set say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmvpt.files.refuse import refuse

from ..image_list import Listed

UNPACK_AGAIN = 'Unpack the archive again, or download it again.'


@dataclass(frozen=True)
class Published:
    """Images of each published split, and the names of the classes.

    Args:
        classes: In the order of their numbers.
        splits: ``train``, ``test``, and ``val`` where one is published: images with their labels, from 0.
    """

    classes: Sequence[str]
    splits: Mapping[str, Sequence[Listed]]


#: Reads the annotations in the folder of a data set.
Reader = Callable[[Path], Published]


def read_lines(path: Path) -> list[str]:
    """The lines of a text of annotations that are not empty."""
    try:
        lines = path.read_text(encoding='utf-8', errors='replace').splitlines()
    except FileNotFoundError as error:
        raise refuse(path, 'there is no such file', UNPACK_AGAIN) from error
    return [line for line in lines if line.strip()]


def read_column(path: Path) -> dict[str, str]:
    """What stands behind the first word of each line."""
    column: dict[str, str] = {}
    for place, line in enumerate(read_lines(path), start=1):
        first, _, rest = line.strip().partition(' ')
        if not rest.strip() or first in column:
            raise refuse(path, f'line {place} is {line[:60]!r}', UNPACK_AGAIN)
        column[first] = rest.strip()
    return column


def read_mat(path: Path, *names: str) -> list[Any]:
    """Variables of a file of MATLAB."""
    from scipy.io import loadmat

    if not path.is_file():
        raise refuse(path, 'there is no such file', UNPACK_AGAIN)
    try:
        found = loadmat(path, squeeze_me=True, chars_as_strings=True)
    except Exception as error:  # of the parser, in many kinds
        raise refuse(path, f'it is no file of MATLAB: {error}', UNPACK_AGAIN) from error
    if missing := [name for name in names if name not in found]:
        raise refuse(path, f'it has no {missing[0]}', UNPACK_AGAIN)
    return [found[name] for name in names]


def number(path: Path, text: str, least: int, most: int) -> int:
    """A whole number within bounds."""
    if not text.isdecimal() or not least <= int(text) <= most:
        raise refuse(path, f'it has {text[:20]!r} where a number from {least} to {most} stands', UNPACK_AGAIN)
    return int(text)


def in_folders(root: Path, folder: str, skip: Iterable[str] = (), suffixes: Sequence[str] = ('.jpg',)) -> Published:
    """All images in a folder for each class, as one split called ``all``; labels in the order of the names."""
    place = root / folder
    if not place.is_dir():
        raise refuse(place, 'there is no such folder', UNPACK_AGAIN)
    names = sorted(entry.name for entry in place.iterdir() if entry.is_dir() and entry.name not in set(skip))
    listed = [
        Listed(f'{folder}/{name}/{path.name}', label)
        for label, name in enumerate(names)
        for path in sorted((place / name).iterdir())
        if path.suffix.lower() in suffixes and not path.name.startswith('.')
    ]
    return Published(names, {'all': listed})
