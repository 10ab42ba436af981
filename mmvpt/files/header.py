"""The header of a ``.safetensors`` file: what the library that reads it lets pass."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from .refuse import COPY_AGAIN, refuse

#: Bytes of the longest header that the library takes.
LONGEST_HEADER = 100_000_000


def require_names_once(path: Path) -> None:
    """Refuse a header that has a name twice, of which the library takes the last; all else is left to the library."""
    with open(path, 'rb') as file:
        length = int.from_bytes(file.read(8), 'little')
        if length > min(path.stat().st_size, LONGEST_HEADER):
            return
        text = file.read(length)
    try:
        json.loads(text, object_pairs_hook=_require_once)
    except _Twice as error:
        raise refuse(path, f'its header has the name {str(error)!r} twice', COPY_AGAIN) from error
    except (ValueError, RecursionError):
        return


class _Twice(Exception):
    """A name that is there twice."""


def _require_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found
