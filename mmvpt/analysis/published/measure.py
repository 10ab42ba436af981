"""What printed numbers say of models: millions that train, a share, or what several tasks store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean

from mmvpt.analysis.count import Count


@dataclass(frozen=True)
class Measure:
    """A number that counts of models give.

    Args:
        unit: Its unit, as in the head of a column.
        value: The number, from the counts of the models.
        gather: One count that stands for them all in a table.
    """

    unit: str
    value: Callable[[Sequence[Count]], Fraction]
    gather: Callable[[Sequence[Count]], Count]


def the_only(counts: Sequence[Count]) -> Count:
    """The count of a model that stands alone."""
    (count,) = counts
    return count


def together(counts: Sequence[Count]) -> Count:
    """What several tasks store: all that trains for each, and once the backbone they share.

    Where the whole backbone trains for every task, they share nothing.
    """
    (base,) = {count.base for count in counts}
    backbone, tuner, head = (sum(getattr(count, part) for count in counts) for part in ('backbone', 'tuner', 'head'))
    shared = 0 if all(count.backbone == base for count in counts) else base
    return Count(backbone, tuner, head, total=shared + backbone + tuner + head, base=base)


#: Millions that train.
MILLIONS = Measure('M', lambda counts: Fraction(the_only(counts).trained, 10**6), the_only)
#: The share of a model that trains.
PERCENT = Measure('%', lambda counts: _percent(the_only(counts)), the_only)
#: That share, averaged over tasks.
MEAN_PERCENT = Measure('%', lambda counts: mean(map(_percent, counts)), together)
#: What tasks store together, in sizes of the backbone.
FACTOR = Measure('x', lambda counts: Fraction(together(counts).total, counts[0].base), together)


def _percent(count: Count) -> Fraction:
    return Fraction(100 * count.trained, count.total)
