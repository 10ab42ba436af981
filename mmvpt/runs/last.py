"""What a training ended with."""

from __future__ import annotations

from pathlib import Path


def last_checkpoint(folder: Path) -> Path:
    """The file that the newest training in a folder ended with."""
    return Path((folder / 'last_checkpoint').read_text().strip())
