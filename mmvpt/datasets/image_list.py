"""Text files that list images: a line for each, its path and its label."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mmvpt.files.refuse import refuse
from mmvpt.text.refused import Refused

#: The list of each split.
SPLIT_LISTS = {split: f'{split}.txt' for split in ('train', 'val', 'trainval', 'test')}
#: A name for each class, in the order of their numbers.
CLASS_NAMES = 'class_names.txt'
LINES = 'A line is the path of an image below the folder, a space, and a label. Make or download the list again.'


class Listed(NamedTuple):
    """An image and its label."""

    path: str
    label: int


def read_image_list(path: Path, num_classes: int, size: int | None = None) -> list[Listed]:
    """Read a list, and refuse one that is not right with its file and the first line that is wrong.

    Args:
        path: Of the list.
        num_classes: Labels are 0 to one less.
        size: How many images it has to have; None for any number but none.
    """
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError as error:
        raise refuse(path, 'there is no such list', LINES) from error
    except UnicodeDecodeError as error:
        raise refuse(path, f'it is no text: {error}', LINES) from error
    found = [_parse(path, place, line, num_classes) for place, line in enumerate(lines, start=1) if line.strip()]
    if twice := _twice(found):
        raise refuse(path, f'it lists {twice!r} twice', LINES)
    if not found or len(found) != (size or len(found)):
        raise refuse(path, f'it lists {len(found)} images' + (f' where there are {size}' if size else ''), LINES)
    return found


def _parse(path: Path, place: int, line: str, num_classes: int) -> Listed:
    name, _, label = line.strip().rpartition(' ')
    name = name.strip()
    if not name or not label.isdecimal():
        raise refuse(path, f'line {place} is {line[:80]!r}', LINES)
    if PurePosixPath(name).is_absolute() or '..' in PurePosixPath(name).parts:
        raise refuse(path, f'line {place} names {name[:80]!r}, which is outside of the folder', LINES)
    if int(label) >= num_classes:
        raise refuse(path, f'line {place} has the label {label}, and there are {num_classes} classes, from 0', LINES)
    return Listed(name, int(label))


def _twice(found: Sequence[Listed]) -> str | None:
    seen: set[str] = set()
    for listed in found:
        if listed.path in seen:
            return listed.path
        seen.add(listed.path)
    return None


def read_classes(path: Path) -> tuple[str, ...]:
    """The lines of a file of classes."""
    try:
        names = tuple(path.read_text().splitlines())
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise Refused(
            f'{path}: there is no readable list of classes ({type(error).__name__}). Make the folder with `mmvpt '
            'prepare`, or write the name of each class on a line.'
        ) from error
    if not names or len(set(names)) != len(names):
        raise Refused(f'{path}: it names {len(names)} classes, {len(set(names))} of them different. Give each a line.')
    return names
