"""How messages name things."""

from __future__ import annotations

from collections.abc import Sequence


def some(names: Sequence[str], number: int = 8) -> str:
    """The first names of a list, separated by commas."""
    return ', '.join(names[:number]) + (', ...' if len(names) > number else '')
