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


def together(counts: Sequence[Count], size: int | None = None) -> Count:
    """What several tasks store: all that trains for each, and once the backbone that they share.

    Where the whole backbone trains for every task, they share nothing.

    Args:
        counts: Of the models, one for each task.
        size: Parameters of the backbone in its file; None is as many as in the models.
    """
    backbone, tuner, head = (sum(getattr(count, part) for count in counts) for part in ('backbone', 'tuner', 'head'))
    base = size or counts[0].base
    shared = 0 if all(count.backbone == count.base for count in counts) else base
    return Count(backbone, tuner, head, total=shared + backbone + tuner + head, base=base)


def factor(size: int | None = None) -> Measure:
    """What tasks store together, in sizes of the backbone: see :func:`together`."""

    def value(counts: Sequence[Count]) -> Fraction:
        stored = together(counts, size)
        return Fraction(stored.total, stored.base)

    return Measure('x', value, lambda counts: together(counts, size))


def _percent(count: Count) -> Fraction:
    return Fraction(100 * count.trained, count.total)


#: Millions that train.
MILLIONS = Measure('M', lambda counts: Fraction(the_only(counts).trained, 10**6), the_only)
#: The share of a model that trains.
PERCENT = Measure('%', lambda counts: _percent(the_only(counts)), the_only)
#: That share, averaged over tasks.
MEAN_PERCENT = Measure('%', lambda counts: mean(map(_percent, counts)), together)
#: What tasks store together, in sizes of the backbone.
FACTOR = factor()
