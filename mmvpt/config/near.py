"""Names that are near a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near_misses(word: str, names: Iterable[str], most: int = 2) -> list[str]:
    """Names that a word is a slip of: one letter of a short name, ``most`` of a long one; digits are no slip."""
    return [name for name in names if word != name and _is_slip(word, name, most)]


def suggest(word: str, names: Iterable[str]) -> str:
    """What was meant, for the end of a message: near names, and all that are possible."""
    there = sorted(set(names))
    near = get_close_matches(word, there, n=3)
    meant = f'Did you mean {" or ".join(near)}? ' if near else ''
    return f'{meant}Possible: {", ".join(there[:40])}{", ..." if len(there) > 40 else ""}.' if there else ''


def _is_slip(word: str, name: str, most: int) -> bool:
    if abs(len(word) - len(name)) > 2 or _letters(word) == _letters(name):
        return False
    return distance(word, name) <= (1 if len(name) < 6 else most)


def _letters(word: str) -> str:
    return ''.join(letter for letter in word.lower() if not letter.isdigit())


def distance(word: str, name: str) -> int:
    """How many letters to insert, drop, replace or swap with their neighbour."""
    before: list[int] = []
    last = list(range(len(name) + 1))
    for row, letter in enumerate(word, start=1):
        line = [row]
        for column, other in enumerate(name, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and (letter, word[row - 2]) == (name[column - 2], other):
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]
