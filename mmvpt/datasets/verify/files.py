"""Files of a data set: which there are, and whether they decode."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError
from rich.progress import track

from mmvpt.text.shorten import shorten

from .findings import Findings

ROTATED = (5, 6, 7, 8)  # EXIF orientations that lay a picture on its side


@dataclass(frozen=True)
class Decoded:
    """A picture or label map that could be read."""

    size: tuple[int, int]  # width, height
    mode: str
    counts: Mapping[int, int] = field(default_factory=dict)  # pixels of each id of a label map

    @property
    def ids(self) -> frozenset[int]:
        """Ids that occur in the label map."""
        return frozenset(self.counts)


def list_files(folder: Path) -> set[str]:
    """Names of all files below a folder, with ``/`` between folders; hidden files do not count."""
    found = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith('.')]
        below = Path(place).relative_to(folder)
        found |= {(below / name).as_posix() for name in names if not name.startswith('.')}
    return found


def is_there(path: Path, findings: Findings, why: str = '') -> bool:
    """Tell whether a file or folder exists; if not, add the first folder on its way that is missing.

    Args:
        path: What is needed.
        findings: Where a missing path goes.
        why: Who needs it and what to do, for a line of its own.
    """
    if path.exists():
        return True
    gone = next(place for place in (*reversed(path.parents), path) if not place.exists())
    beside = sorted(entry.name for entry in gone.parent.iterdir() if not entry.name.startswith('.'))
    where = f'There is no {gone} in {Path.cwd()}' if gone.parent == Path() else f'There is no {gone}'
    if why or gone == path:
        findings.problem(f'There is no {path}. {why or "Beside it: " + (shorten(beside) or "nothing")}')
    else:
        findings.problem(f'{where}; needed of it', str(path))
    return False


def decode_all(
    folder: Path, names: Collection[str], findings: Findings, decode: Callable[[Path], Decoded]
) -> Iterator[tuple[str, Decoded]]:
    """Decode files in threads, show progress, and yield those that could be read."""

    def attempt(name: str) -> Decoded | Exception:
        try:
            return decode(folder / name)
        except Exception as error:  # whatever a decoder makes of a damaged file
            return error

    ordered = sorted(names)
    title = f'Reading {"/".join(folder.parts[-2:])}'  # no more, as a long path leaves no room for the bar
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = track(pool.map(attempt, ordered), title, total=len(ordered))
        for name, result in zip(ordered, results, strict=True):
            if isinstance(result, Decoded):
                yield name, result
            else:
                reason = 'no image' if isinstance(result, UnidentifiedImageError) else str(result)
                findings.problem(f'{folder}: files that do not decode', f'{name}: {reason}')


def decode_picture(path: Path) -> Decoded:
    """Read a picture to its last byte; its size is that of the upright picture, as the hosts load it."""
    with Image.open(path) as image:
        image.load()
        width, height = image.size
        if image.getexif().get(ExifTags.Base.Orientation) in ROTATED:
            width, height = height, width
        return Decoded((width, height), image.mode)


def decode_label_map(path: Path) -> Decoded:
    """Read a label map and count the pixels of each id in it; a coloured one has no ids."""
    with Image.open(path) as image:
        pixels = np.asarray(image)
        return Decoded(image.size, image.mode, _count(pixels) if pixels.ndim == 2 else {})


def _count(pixels: np.ndarray) -> dict[int, int]:
    if pixels.dtype == np.uint8:  # several times faster than to sort, as np.unique does
        counts = np.bincount(pixels.ravel())
        return {int(number): int(counts[number]) for number in np.flatnonzero(counts)}
    return {int(number): int(count) for number, count in zip(*np.unique(pixels, return_counts=True), strict=True)}
