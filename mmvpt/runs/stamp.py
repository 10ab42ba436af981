"""A mark in a folder of results: whose they are, and whether they are complete."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mmvpt.files.write import write_atomically

STAMP = 'step.json'
#: In place of a key, while a folder is being cleared.
CLEARED = ''


@dataclass(frozen=True)
class Stamp:
    """Tells in a folder whose results it holds, and whether they are whole.

    Args:
        folder: Of these results, and of no others.
        key: Changes whenever the results would.
    """

    folder: Path
    key: str

    def is_done(self) -> bool:
        """Tell whether the folder holds just these results."""
        return _read(self.folder) == dict(key=self.key, done=True)

    def is_of_others(self) -> bool:
        """Tell whether the folder holds, or will hold, results of other work, which ``begin`` would clear."""
        return _read(self.folder).get('key', CLEARED) not in (CLEARED, self.key)

    def begin(self) -> None:
        """Clear results of other work. Refuse to touch a folder that no work created."""
        if _read(self.folder).get('key') != self.key:
            self._clear()
        self._write(done=False)

    def finish(self) -> None:
        """Say that the results are whole."""
        self._write(done=True)

    def _clear(self) -> None:
        if not _is_ours(self.folder):
            raise FileExistsError(
                f'{self.folder} holds files of someone else. Move them away, or choose another folder.'
            )
        Stamp(self.folder, CLEARED)._write(done=False)  # killed in between, what is left counts as nobody's results
        for path in self.folder.iterdir():
            if path.name != STAMP:  # the last to go, as it tells that the folder is ours
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, done: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dict(key=self.key, done=done)).encode()
        write_atomically(self.folder / STAMP, lambda file: file.write(text))


def _is_ours(folder: Path) -> bool:
    """Tell whether a folder has a mark, or nothing but one that was being written when its process was killed."""
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    return STAMP in names or names <= {f'.{STAMP}.partial'}


def key_of(*parts: object) -> str:
    """A short name for all that decides a result."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def key_in(folder: Path) -> str:
    """The key of the results in a folder: what comes of them depends on it."""
    return str(_read(folder)['key'])


def _read(folder: Path) -> Mapping[str, object]:
    try:
        return json.loads((folder / STAMP).read_text())
    except FileNotFoundError:
        return {}
