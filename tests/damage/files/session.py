"""From nothing to a trial: true files made, models built, and cases chosen."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import ceil
from pathlib import Path
from zlib import crc32

from .case import Case
from .quick import make_quick
from .readers import Room, run_tool
from .trial import Trial
from .true import TrueFiles, make


def open_trial(root: Path, repo: Path) -> Trial:
    """Make true files in an empty folder, with the tools of a checkout whose mmvpt was imported."""
    os.environ['MMVPT_CACHE'] = str(root / 'cache')
    make_quick(root)
    true = TrueFiles(root, repo)
    _work_apart(partial(make, true, partial(run_tool, repo)), root / 'made.txt')
    room = Room(true)
    with _silent(root / 'built.txt'):
        room.prepare()
    return Trial(true, room)


def choose(found: Sequence[Case], number: int) -> list[Case]:
    """Of each row of the table its share; the same ones whatever the seed, which moves where they are damaged."""
    rows: dict[str, list[Case]] = {}
    for case in sorted(found, key=lambda case: crc32(case.title.encode())):
        rows.setdefault(case.damage.kind, []).append(case)
    chosen = {id(case) for row in rows.values() for case in row[: ceil(number * len(row) / len(found))]}
    return [case for case in found if id(case) in chosen]


def _work_apart(work: Callable[[], None], log: Path) -> None:
    """Work in a process of its own, whose loggers and registries end with it."""
    child = os.fork()
    if not child:
        with _silent(log):
            try:
                work()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError(f'True files could not be made:\n{log.read_text()[-4000:]}')


@contextmanager
def _silent(log: Path) -> Iterator[None]:
    """Let a file have all that is printed, whoever holds the streams."""
    kept = [os.dup(number) for number in (1, 2)]
    with open(log, 'w') as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
        try:
            yield
        finally:
            sys.stdout.flush()
            for number, stream in zip((1, 2), kept, strict=True):
                os.dup2(stream, number)
                os.close(stream)
