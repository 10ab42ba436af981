"""One way to say that a file is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mmvpt.text.refused import Refused

COPY_AGAIN = 'Copy or download it again.'
WRITE_AGAIN = 'Copy it again, or make it again with the command of mmvpt that writes such files.'
UPDATE = 'Install a newer one: pip install -U mmvpt.'


def refuse(path: object, wrong: str, remedy: str) -> Refused:
    """The error of a file: what is wrong with it, and what to do."""
    return Refused(f'{path}: {wrong}. {remedy}')


@contextmanager
def naming(path: object) -> Iterator[None]:
    """Put the name of a file before what goes wrong with its content; None leaves the message as it is."""
    try:
        yield
    except Refused:
        raise
    except ValueError as error:
        if path is None:
            raise
        raise Refused(f'{path}: {error}') from error
