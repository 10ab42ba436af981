"""One printed number, and the models of ours that should have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from mmvpt.analysis.count import Count

from .measure import MILLIONS, Measure


@dataclass(frozen=True)
class Model:
    """A config of ours, and overrides of it.

    Args:
        config: Its name, of a row or a file.
        overrides: What is other in the model of the paper.
    """

    config: str
    overrides: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Cell:
    """A number in a table of a paper that parameters decide.

    Args:
        paper: The paper's name.
        table: The table, and what it is about.
        row: What was counted, in words.
        models: The models of ours that should have the number: one, or one for each task.
        printed: The number as printed: its decimals are those to which ours is rounded.
        measure: What the number says of the models.
        note: Why our number differs, where it does.
    """

    paper: str
    table: str
    row: str
    models: tuple[Model, ...]
    printed: str
    measure: Measure = MILLIONS
    note: str = ''

    def difference(self, counts: Sequence[Count]) -> Fraction:
        """How much larger our number is, given the counts of the models."""
        return self.measure.value(counts) - Fraction(self.printed)

    def agrees_with(self, counts: Sequence[Count]) -> bool:
        """Whether our number, rounded like the printed one, is that; half a unit rounds either way."""
        unit = Fraction(10) ** int(Decimal(self.printed).as_tuple().exponent)
        return abs(self.difference(counts)) * 2 <= unit
