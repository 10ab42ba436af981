"""Dice: many small random choices from one generator, without its overhead for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Rng = np.random.Generator
T = TypeVar('T')


class Dice:
    """Random choices, drawn in blocks: a call of a generator costs more than what it draws."""

    def __init__(self, rng: Rng, block: int = 256) -> None:
        self._rng, self._block = rng, block
        self._numbers: list[float] = []

    def number(self) -> float:
        """Return a number in 0..1."""
        if not self._numbers:
            self._numbers = self._rng.random(self._block).tolist()
        return self._numbers.pop()

    def between(self, low: float, high: float) -> float:
        """Return a number between two others."""
        return low + (high - low) * self.number()

    def index(self, number: int) -> int:
        """Return a whole number below another."""
        return int(self.number() * number)

    def count(self, bounds: tuple[int, int]) -> int:
        """Return a whole number within bounds."""
        return bounds[0] + self.index(bounds[1] - bounds[0] + 1)

    def pick(self, among: Sequence[T]) -> T:
        """Return one of some."""
        return among[self.index(len(among))]

    def chance(self, share: float) -> bool:
        """Return true with a probability."""
        return self.number() < share

    def seed(self) -> int:
        """Return a seed for a generator of its own."""
        return self.index(2**32)

    def often_least(self, low: float, high: float) -> float:
        """Return the lower bound half of the time: most effects are absent from most pictures."""
        return self.between(low, high) if self.chance(0.5) else low
