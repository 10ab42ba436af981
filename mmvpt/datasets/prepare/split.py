"""Which training images are held out to select on, where no validation split is published."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar('Item')
#: One of so many is held out; the number is rounded up, as Table 8 of the VPT paper has it.
ONE_OF = 10


def hold_out_tenth(items: Sequence[Item], seed: int) -> tuple[list[Item], list[Item]]:
    """Split training images at random into those to train and a tenth to select on, each in their order.

    The same seed always holds out the same ones. Which ones the VPT paper drew is not published in a form that lasted.
    """
    number = -(-len(items) // ONE_OF)
    out = set(Random(seed).sample(range(len(items)), number))
    train = [item for place, item in enumerate(items) if place not in out]
    return train, [items[place] for place in sorted(out)]
