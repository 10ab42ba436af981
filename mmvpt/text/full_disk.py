"""The error of a disk that takes no more."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

from .refused import Refused

#: No space, no quota, or a file that has grown beyond a limit.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def say_where_full(place: str | PathLike, advice: str) -> Iterator[None]:
    """Make a message of the error of a full disk.

    Args:
        place: What was being written to, where the error does not name a file.
        advice: What to do once there is space.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Refused(f'{error.strerror}: {error.filename or place}. Free some space, then {advice}.') from error
