"""A disk for tests: slow, so that a run can be killed in the middle of a write, or full."""

from __future__ import annotations

import builtins
import errno
import io
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Of a pause before and after each step of a write, in seconds.
PAUSE = 0.02
Enter = Callable[[str], None]
Leave = Callable[[], None]


class Disk:
    """What the files in a folder are written to.

    Args:
        folder: Of these files; all others are written as ever.
        enter: Called with the name of a file, before each step of a write.
        leave: Called after each step.
        pause: Seconds of sleep in each step.
        space: Writes until the disk is full, half of the last one; None is a disk without end.
    """

    def __init__(
        self, folder: Path, enter: Enter, leave: Leave, pause: float = PAUSE, space: int | None = None
    ) -> None:
        self.folder, self.enter, self.leave = os.path.realpath(folder), enter, leave
        self.pause, self.space = pause, space

    def holds(self, path: object) -> bool:
        """Tell whether a path lies in the folder and is no log."""
        inside = isinstance(path, str | Path) and os.path.realpath(path).startswith(self.folder)
        return inside and Path(str(path)).suffix not in ('.log', '.json')

    @contextmanager
    def step(self, path: object) -> Iterator[None]:
        """A step of a write, which takes its time."""
        self.enter(Path(str(path)).name)
        time.sleep(self.pause)
        try:
            yield
            time.sleep(self.pause)
        finally:
            self.leave()

    def spend(self) -> bool:
        """Use up a write; return whether there was space for it."""
        if self.space is None:
            return True
        self.space -= 1
        return self.space >= 0

    def mount(self) -> None:
        """Let this process write to it, until it ends."""
        builtins.open = io.open = self._open(open)  # type: ignore[assignment]
        for name in ('replace', 'unlink', 'fsync'):
            setattr(os, name, self._slowly(getattr(os, name)))

    def _open(self, usual: Callable) -> Callable:
        def open_here(file: object, mode: str = 'r', buffering: int = -1, encoding: str | None = None, *rest, **more):
            if not set(mode) & set('wax+') or not self.holds(file):
                return usual(file, mode, buffering, encoding, *rest, **more)
            raw = _File(self, str(file), mode.replace('b', '').replace('t', ''))
            buffered = io.BufferedRandom(raw) if '+' in mode else io.BufferedWriter(raw)
            return buffered if 'b' in mode else io.TextIOWrapper(buffered, encoding)

        return open_here

    def _slowly(self, usual: Callable) -> Callable:
        def act(path: object, *args: object, **options: object) -> object:
            if not isinstance(path, int) and not self.holds(path):
                return usual(path, *args, **options)
            with self.step('sync' if isinstance(path, int) else path):
                return usual(path, *args, **options)

        return act


class _File(io.FileIO):
    """A file on the disk, written in halves."""

    def __init__(self, disk: Disk, path: str, mode: str) -> None:
        self.disk = disk
        super().__init__(path, mode)

    def write(self, data) -> int:
        """Write one half, and after a while the other."""
        half = len(data) // 2
        with self.disk.step(self.name):
            done = super().write(data[:half])
        if not self.disk.spend():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with self.disk.step(self.name):
            return done + super().write(data[half:])


def limit_files(size: int) -> None:
    """Let no file of this process grow beyond a size, as the system does it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
