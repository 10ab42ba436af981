"""Arrays on disk that are mapped into memory, not read: a row for each of many things, computed once.

A file is named and opened by the key of all that decides its content, so that nothing stale is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .refuse import refuse
from .write import write_atomically

#: Before its values a file has a line of this form, filled with spaces to so many bytes.
HEADER = 256
MAKE_AGAIN = 'Remove it: it is computed again.'


def write_rows(path: Path, key: str, batches: Iterable[np.ndarray], dtype: type = np.float32) -> None:
    """Write rows as they come; written, and not mapped, so that a full disk is an error and no crash."""

    def write(file: BinaryIO) -> None:
        file.write(b' ' * HEADER)
        digest, shape = hashlib.sha256(), ()
        for batch in batches:
            shape = batch.shape[1:]
            content = np.ascontiguousarray(batch, dtype).tobytes()
            digest.update(content)
            file.write(content)
        header = json.dumps(dict(key=key, shape=shape, digest=digest.hexdigest())).encode()
        file.seek(0)
        file.write(header.ljust(HEADER - 1) + b'\n')

    write_atomically(path, write)


def map_rows(path: Path, key: str, length: int, dtype: type = np.float32) -> np.ndarray | None:
    """Map the rows of a file; None where there is none. Another content than was written is refused."""
    if not path.exists():
        return None
    with open(path, 'rb') as file:
        try:
            header = json.loads(file.read(HEADER))
            shape: Sequence[int] = [int(side) for side in header['shape']]
            right = (
                header['key'] == key
                and os.path.getsize(path) == HEADER + np.dtype(dtype).itemsize * prod(shape) * length
            )
            digest = header['digest']
        except (ValueError, KeyError, TypeError) as error:
            raise refuse(path, f'it does not begin as a file of rows: {error}', MAKE_AGAIN) from error
        if not right or hashlib.file_digest(file, 'sha256').hexdigest() != digest:
            raise refuse(path, 'its content is not what was written', MAKE_AGAIN)
    return np.memmap(path, dtype, 'r', offset=HEADER, shape=(length, *shape))
