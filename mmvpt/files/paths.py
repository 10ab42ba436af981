"""Paths as users give them."""

from __future__ import annotations

import os
from pathlib import Path

PathLike = str | os.PathLike[str]


def existing_file(path: PathLike) -> Path:
    """The path of a file of weights that is there."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'No checkpoint at {path}. A relative path starts at {Path.cwd()}.')
    return path
