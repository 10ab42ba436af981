"""Lists of names in messages."""

from __future__ import annotations

from collections.abc import Sequence

#: Characters of a name that a message has room for.
LONGEST_NAME = 200


def shorten(names: Sequence[str], limit: int = 8) -> str:
    """Return the first names of a list, cut where they are long, and the number of the others.

    >>> shorten(['a', 'b', 'c'], limit=2)
    'a, b, and 1 more'
    """
    short = [name if len(name) <= LONGEST_NAME else f'{name[:LONGEST_NAME]}...' for name in names[:limit]]
    more = f', and {len(names) - limit} more' if len(names) > limit else ''
    return ', '.join(short) + more
