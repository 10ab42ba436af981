"""What is wrong with a file, what is right to do about it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from pathlib import Path
from random import Random

#: Writes the damaged file; it may write others next to it.
Write = Callable[[Path], object]


class Right(Enum):
    """What a reader that can see the damage does."""

    REFUSE = 'refuse'
    ACCEPT = 'accept'
    EITHER = 'either'


class Depth(IntEnum):
    """How far one has to look to see a damage, and how far a reader looks."""

    HEADER = 1
    FILE = 2  # the bytes, and what the file says of them
    KIND = 3  # what every file of its kind has
    MODEL = 4  # what fits the model of the config
    RUN = 5  # what a run goes on from


class Outcome(Enum):
    """What came of handing a file to a reader, from good to worst."""

    REFUSED = 'refused, with file and remedy'
    ACCEPTED = 'accepted rightly'
    TRACEBACK = 'refused so, under a traceback'
    NAMELESS = 'refused, without file or remedy'
    OTHER = 'error of someone else'
    OVER = 'refused wrongly'
    WRONG = 'accepted wrongly'
    MEMORY = 'took memory'
    CRASHED = 'crashed or hung'
    DELETED = 'deleted or changed files'
    CODE = 'ran code'


#: All that a cured reader may do.
GOOD = (Outcome.REFUSED, Outcome.ACCEPTED)


@dataclass(frozen=True)
class Damage:
    """One way in which a file is not what it should be.

    Args:
        kind: The row of the table.
        name: What was done to the file.
        write: Writes it.
        depth: How far one has to look to see it.
        right: What who looks so far does.
        suffix: Of the file.
        only: Readers that must refuse it; whoever else looks as far may do either. Empty: all.
    """

    kind: str
    name: str
    write: Write
    depth: Depth = Depth.FILE
    right: Right = Right.REFUSE
    suffix: str = '.safetensors'
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A damaged file and the reader that it is handed to."""

    damage: Damage
    reader: str

    @property
    def title(self) -> str:
        """Name it in a report."""
        return f'{self.damage.kind} | {self.damage.suffix}: {self.damage.name} | {self.reader}'


@dataclass(frozen=True)
class Seen:
    """What was seen of a reader at work.

    Args:
        returned: Whether it came to its end.
        error: Type of the exception that ended it.
        message: What it said.
        ours: Whether a ``raise`` of mmvpt raised it, or a command said it and ended.
        traceback: Whether one was printed.
        memory: Whether memory was asked for that no tiny file needs.
        killed: The signal that ended the process, or ``'time'``.
        code: Whether anything of the file was run or followed.
        changed: Files outside of its reach that it changed or removed.
        seconds: Of the processor.
    """

    returned: bool = False
    error: str = ''
    message: str = ''
    ours: bool = False
    traceback: bool = False
    memory: bool = False
    killed: str = ''
    code: bool = False
    changed: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass
class Tried:
    """A case and what came of it."""

    case: Case
    outcome: Outcome
    seen: Seen = field(default_factory=Seen)


def whole(content: bytes) -> Write:
    """Write bytes as they are."""
    return lambda path: path.write_bytes(content)


def rng_of(seed: int, *what: object) -> Random:
    """Random numbers of one damage, whatever others there are."""
    return Random(' '.join(map(str, (seed, *what))))


def of_kind(kind: str, damages: Iterable[Damage]) -> Iterator[Damage]:
    """Put damages into a row of the table."""
    return (replace(damage, kind=kind) for damage in damages)
