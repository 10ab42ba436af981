"""The folders of our configs and of composed ones."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4


def config_root() -> Path:
    """Return the folder of the configs: the one shipped in the package, or that of the checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / '.mim' / 'configs'
    return shipped if shipped.is_dir() else package.parent / 'configs'


def keep(name: str, text: str, digest: str) -> Path:
    """Write a text to the cache, unless it is there, and return its file: ``<cache>/<digest>/<name>``.

    Processes that write the same text at the same time do not disturb each other: each renames a complete file.
    """
    path = cache_folder() / digest / name
    if not (path.is_file() and path.read_text() == text):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f'.{name}.{uuid4().hex}')
        part.write_text(text)
        part.replace(path)
    return path


def cache_folder() -> Path:
    """Return ``$MMVPT_CACHE``, or ``mmvpt`` in the user's cache, or a temporary folder if neither is writable."""
    cached = Path(os.environ.get('XDG_CACHE_HOME') or '~/.cache').expanduser() / 'mmvpt'
    folder = Path(os.environ.get('MMVPT_CACHE') or cached).expanduser().absolute() / 'configs'
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(_temporary().name)
    return folder if os.access(folder, os.W_OK) else Path(_temporary().name)


@cache
def _temporary() -> TemporaryDirectory:
    return TemporaryDirectory(prefix='mmvpt-')  # removed when the process ends
