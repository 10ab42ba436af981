"""Masks as lengths of runs, the way of COCO: numbers, or text in which each number is a few letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

LOWEST, HIGHEST = ord('0'), ord('o')
BITS, MORE, SIGN = 0b11111, 0b100000, 0b10000  # of a letter: five of the number; whether it goes on; its sign
SHIFT = 5


def lengths_of_text(text: str) -> list[int] | None:
    """The lengths that a text stands for; None if it stands for none.

    From the fourth on, a number is the change against the length two before.
    """
    lengths: list[int] = []
    for number in _numbers(text):
        if number is None:
            return None
        lengths.append(number + lengths[-2] if len(lengths) > 2 else number)
    return lengths


def _numbers(text: str) -> Iterator[int | None]:
    number = shift = 0
    for letter in map(ord, text):
        if not LOWEST <= letter <= HIGHEST:
            yield None
            return
        bits = letter - LOWEST
        number |= (bits & BITS) << shift
        shift += SHIFT
        if not bits & MORE:
            yield number - (1 << shift) if bits & SIGN else number
            number = shift = 0
    if shift:  # the last number goes on, and the text does not
        yield None


def fill(lengths: Sequence[int], pixels: int) -> bool:
    """Tell whether runs fill a picture to its last pixel, and no more."""
    return min(lengths, default=-1) >= 0 and sum(lengths) == pixels
