"""Lists of names in messages."""

from __future__ import annotations

from collections.abc import Sequence


def shorten(names: Sequence[str], limit: int = 8) -> str:
    """Return the first names of a list, and the number of the others.

    >>> shorten(['a', 'b', 'c'], limit=2)
    'a, b, and 1 more'
    """
    more = f', and {len(names) - limit} more' if len(names) > limit else ''
    return ', '.join(names[:limit]) + more
