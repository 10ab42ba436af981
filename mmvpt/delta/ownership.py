"""Which files a run wrote: only those may be removed in its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mmvpt.files.paths import PathLike
from mmvpt.files.read import read_checkpoint

#: In the meta of a resume file: a mark of the run that wrote it, which goes on when the run is resumed.
RUN = 'mmvpt_run'
#: What MMEngine calls checkpoints.
NAME = re.compile(r'(best_.+_)?(iter|epoch)_\d+\.pth')
#: The run of each file that this process wrote.
_written: dict[Path, str] = {}


@dataclass(frozen=True)
class Owned:
    """The resume files that a run wrote into its folder.

    Args:
        folder: The folder.
        run: The mark of the run; with an empty one no file is its own.
    """

    folder: Path
    run: str

    def find(self, path: object) -> Path | None:
        """The file of the run by a path, or None. Of a path to another folder, as where it moved, the name counts."""
        if not isinstance(path, str | Path) or not self.run:
            return None
        found = self.folder / Path(path).name
        there = NAME.fullmatch(found.name) and found.is_file() and not found.is_symlink()
        return found if there and run_of(found) == self.run else None


def note_run(path: PathLike, checkpoint: Mapping[str, object]) -> None:
    """Remember which run a file is of that was written just now."""
    _written[Path(path).resolve()] = _mark_in(checkpoint)


def run_of(path: Path) -> str:
    """The mark of the run that wrote a resume file; empty where there is none, or where the file cannot be read."""
    path = path.resolve()
    if path not in _written:
        try:
            _written[path] = _mark_in(read_checkpoint(path))
        except (ValueError, OSError):
            return ''
    return _written[path]


def _mark_in(checkpoint: Mapping[str, object]) -> str:
    meta = checkpoint.get('meta')
    mark = meta.get(RUN) if isinstance(meta, Mapping) else None
    return mark if isinstance(mark, str) else ''
