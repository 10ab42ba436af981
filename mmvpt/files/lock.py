"""One process at a time works in a folder of results."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: In place of a lock, where a system has none.
NO_LOCK = -1


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Keep others out of a folder, after whoever works in it has ended; yield what children inherit to keep it too.

    A process that is killed may leave a child that still writes there. The child holds the lock as long as it lives.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    if fcntl is None:
        yield NO_LOCK
        return
    lock = os.open(folder.with_name(f'.{folder.name}.lock'), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f'\n== Another process works in {folder}: waiting until it has ended', flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            what = f'The file system of {folder} has no locks ({error.strerror})'
            print(f'\n== {what}: do not start this command twice at a time', flush=True)
        yield lock
    finally:
        os.close(lock)  # which gives it up, unless a child holds it too
