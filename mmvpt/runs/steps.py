"""Pieces of longer work that are done once, go on after an interruption, and stop at an error."""

from __future__ import annotations

import re
import shlex
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from mmvpt.files.lock import locked

from .children import start
from .stamp import Stamp, key_of

CONSOLE = 'console.log'
#: What MMEngine puts before a message, and what of its messages a watching user wants to see.
LOG_PREFIX = re.compile(r'^.* - (mmengine|mmseg|mmdet|mmpretrain) - INFO - ')
PROGRESS = re.compile(r'(Iter|Epoch)\((train|val|test)\).*?(\bloss: \S+|$)')


class StepFailed(RuntimeError):
    """A piece of work ended with an error; the message holds its last words.

    Args:
        message: Of the error.
        killed: Whether a signal from outside ended it.
    """

    def __init__(self, message: str, killed: bool = False) -> None:
        super().__init__(message)
        self.killed = killed


@dataclass(frozen=True)
class Work(ABC):
    """Something that leaves its results in a folder of its own.

    Args:
        title: What it does, in a few words.
        folder: Where its results go; no one else's. Started again, it goes on from what it finds there.
    """

    title: str
    folder: Path

    @property
    @abstractmethod
    def key(self) -> str:
        """Changes whenever the results would."""

    @abstractmethod
    def do(self, quiet: bool, lock: int) -> None:
        """Leave the results in the folder, or raise :class:`StepFailed`; keep all that is said in ``CONSOLE``.

        Args:
            quiet: Whether to show no progress.
            lock: A file descriptor that processes which write in the folder inherit: see :func:`files.lock.locked`.
        """

    def is_done(self) -> bool:
        """Tell whether the folder holds the results of just this work."""
        return self.stamp.is_done()

    @property
    def stamp(self) -> Stamp:
        """The mark of its results."""
        return Stamp(self.folder, self.key)

    def run(self, *, quiet: bool = False) -> None:
        """Do the work unless its results are there; show its progress, unless quiet."""
        stamp = self.stamp
        with locked(self.folder) as lock:
            if stamp.is_done():
                _say(self.reused())
                return
            stamp.begin()
            _say(self.started())
            start = time.perf_counter()
            self.do(quiet, lock)
            stamp.finish()
        _say(self.ended(time.perf_counter() - start))

    def reused(self) -> str:
        """What is said where the results are there; nothing, if empty."""
        return f'\n== {self.title}: reused from {self.folder}'

    def started(self) -> str:
        """What is said before it is done."""
        return f'\n== {self.title}'

    def ended(self, seconds: float) -> str:
        """What is said when it is done."""
        return f'   {self.title}: {seconds:.0f} s'


@dataclass(frozen=True)
class Step(Work):
    """A command that leaves its results in a folder of its own.

    Args:
        command: Program and arguments.
        inputs: All else that decides the results, such as the text of a config or the ``key`` of an earlier step.
    """

    command: tuple[str, ...]
    inputs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Of the command and the inputs."""
        return key_of(self.command, self.inputs)

    def do(self, quiet: bool, lock: int) -> None:
        """Run the command, and show what it says of its progress."""
        if code := self._stream(quiet, lock):
            said = last_words(self.folder / CONSOLE)
            raise StepFailed(f'{self.title} ended with exit code {code}. {said}', killed=code < 0)

    def started(self) -> str:
        """The title and the command, as a user would type it."""
        return f'{super().started()}\n$ {shlex.join(self.command)}'

    def _stream(self, quiet: bool, lock: int) -> int:
        with open(self.folder / CONSOLE, 'a') as console, start(self.command, lock) as process:
            assert process.stdout is not None
            for line in process.stdout:
                console.write(line)
                if not quiet and (progress := PROGRESS.match(LOG_PREFIX.sub('', line))):
                    print(f'   {progress[0]}', flush=True)
        return process.returncode


def last_words(console: Path) -> str:
    """The end of what was said during a piece of work."""
    lines = console.read_text().splitlines()[-12:]
    return f'Its last words, out of {console}:\n\n' + '\n'.join(lines)


def _say(text: str) -> None:
    if text:
        print(text, flush=True)
