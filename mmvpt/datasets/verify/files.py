"""Files of a data set: which there are, and reading many of them."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PIL import UnidentifiedImageError
from rich.progress import track

from mmvpt.text.shorten import shorten

from .findings import Findings

#: What mmpretrain takes for pictures; a folder of such a name is hardly meant.
SUFFIXES = ('.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif')

Read = TypeVar('Read')


def list_files(folder: Path, findings: Findings) -> set[str]:
    """Names of all files below a folder, with ``/`` between folders; hidden files do not count.

    What cannot be read, and what is no file in spite of its name, is a problem.
    """
    found = set()
    for place, folders, names in os.walk(folder, onerror=lambda error: _add_closed(error, findings), followlinks=True):
        below = Path(place).relative_to(folder)
        folders[:] = [name for name in folders if not name.startswith('.')]
        for name in [name for name in folders if _leads_back(Path(place, name))]:
            findings.problem(f'{folder}: links that lead back to a folder around them', (below / name).as_posix())
            folders.remove(name)
        named = [(below / name).as_posix() for name in folders if name.lower().endswith(SUFFIXES)]
        if named:
            findings.problem(f'{folder}: folders with the name of a picture', *sorted(named))
        found |= {(below / name).as_posix() for name in names if not name.startswith('.')}
    return found


def _add_closed(error: OSError, findings: Findings) -> None:
    findings.problem(f'{error.filename} cannot be read: {error.strerror}')


def _leads_back(folder: Path) -> bool:
    return folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve())


def is_there(path: Path, findings: Findings, why: str = '', folder: bool = True) -> bool:
    """Tell whether a folder or a file exists and can be read; if not, add what is the matter.

    Args:
        path: What is needed.
        findings: Where it goes. Of a missing path, the first folder on its way that is missing.
        why: Who needs it and what to do, for a line of its own.
        folder: A folder is needed; else a file.
    """
    try:
        _open(path, folder)
        return True
    except FileNotFoundError:
        _add_missing(path, findings, why)
    except OSError as error:
        findings.problem(f'{path} cannot be read as a {"folder" if folder else "file"}: {error.strerror}')
    return False


def _open(path: Path, folder: bool) -> None:
    if folder:
        os.scandir(path).close()
    elif path.exists() and not path.is_file():
        raise OSError(errno.EISDIR, 'it is a folder or a device')
    else:
        path.open('rb').close()


def _add_missing(path: Path, findings: Findings, why: str) -> None:
    gone = next(place for place in (*reversed(path.parents), path) if not place.exists())
    where = f'There is no {gone} in {Path.cwd()}' if gone.parent == Path() else f'There is no {gone}'
    if gone.is_symlink():
        where = f'{gone} is a link to {os.readlink(gone)}, which is not there'
        findings.problem(where if gone == path else f'{where}; needed of it', *([] if gone == path else [str(path)]))
    elif why or gone == path:
        findings.problem(f'There is no {path}. {why or "Beside it: " + (_beside(gone) or "nothing")}')
    else:
        findings.problem(f'{where}; needed of it', str(path))


def _beside(path: Path) -> str:
    try:
        return shorten(sorted(entry.name for entry in path.parent.iterdir() if not entry.name.startswith('.')))
    except OSError:
        return ''


def choose(names: Collection[str], limit: int | None) -> list[str]:
    """Names in order: all of them, or a sample that is the same each time.

    Args:
        names: What there is.
        limit: How many to choose; None for all.
    """
    ordered = sorted(names)
    return ordered if limit is None or limit >= len(ordered) else sorted(random.Random(0).sample(ordered, limit))


def read_all(
    folder: Path, names: Collection[str], findings: Findings, read: Callable[[Path], Read]
) -> Iterator[tuple[str, Read]]:
    """Read files in threads, show progress, and yield what could be read."""

    def attempt(name: str) -> tuple[str, Read] | Exception:
        try:
            return name, read(folder / name)
        except Exception as error:  # whatever a decoder makes of a damaged file
            return error

    ordered = sorted(names)
    if not ordered:
        return
    title = f'Reading {"/".join(folder.parts[-2:])}'  # no more, as a long path leaves no room for the bar
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = track(pool.map(attempt, ordered), title, total=len(ordered))
        for name, result in zip(ordered, results, strict=True):
            if isinstance(result, Exception):
                findings.problem(f'{folder}: files that do not decode', f'{name}: {_reason(result)}')
            else:
                yield result


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return 'no image'
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
