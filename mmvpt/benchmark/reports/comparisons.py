"""Tables of tests between methods: over tasks, and over seeds of each task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mmvpt.benchmark.statistics import LEAST_TASKS, holm, signed_rank, welch

from .overview import count_wins
from .scores import Contender, MethodScores
from .sheet import Sheet

OVER_TASKS = (
    "Wilcoxon's signed-rank test on the means of tasks: exact, two-sided; corrected by Holm for the number of rows. "
    'VPT prints one-sided values without a correction, half of "p" where the first is better.'
)
OVER_SEEDS = (
    "Welch's t-test on the runs of a task: whether the first method is better; unpaired, one-sided and not corrected, "
    'as Fig. 16 of VPT. "-" needs two runs of each method, and some spread.'
)
TOO_FEW = (
    f'"none": fewer than {LEAST_TASKS} tasks differ. With five a two-sided value cannot fall below 0.0625, whatever '
    'the methods come to.'
)


class Pair(NamedTuple):
    """Two rows that are compared; the first is expected to be better."""

    first: Contender
    second: Contender

    @property
    def title(self) -> str:
        """Both, and the base."""
        return f'{self.first.title} against {self.second.title}'


def pairs_of(scores: MethodScores, reference: Mapping[str, Contender], tested: Mapping[str, Contender]) -> list[Pair]:
    """One method against each other, or each method against the reference of its base.

    Args:
        scores: Of all methods.
        reference: By base.
        tested: The method to compare with all others, by base; empty for none.
    """
    pairs = []
    for contender in scores:
        first, second = (
            (tested.get(contender.base), contender) if tested else (contender, reference.get(contender.base))
        )
        if first and second and first != second:
            pairs.append(Pair(first, second))
    return pairs


def comparisons(scores: MethodScores, pairs: Sequence[Pair]) -> Iterator[Sheet]:
    """Lay out both tests; none for no pairs."""
    if pairs:
        yield _over_tasks(scores, pairs)
        yield _over_seeds(scores, pairs)


def _over_tasks(scores: MethodScores, pairs: Sequence[Pair]) -> Sheet:
    values = [signed_rank(*_means(scores, pair)) for pair in pairs]
    known = [value for value in values if value is not None]
    corrected = iter(holm(known))
    rows = [
        {
            'base': pair.first.base,
            'methods': pair.title,
            'better on': count_wins(scores[pair.first], scores[pair.second]),
            'p': 'none' if value is None else f'{value:.2g}',
            'p, corrected': 'none' if value is None else f'{next(corrected):.2g}',
        }
        for pair, value in zip(pairs, values, strict=True)
    ]
    notes = [OVER_TASKS] if known else []
    return Sheet('Tests over tasks', rows, labels=2, notes=[*notes, *([TOO_FEW] if None in values else [])])


def _means(scores: MethodScores, pair: Pair) -> tuple[list[float], list[float]]:
    first, second = (scores[contender] for contender in pair)
    both = [(first[task].mean, second[task].mean) for task in first if task in second]
    known = [(mine, theirs) for mine, theirs in both if mine is not None and theirs is not None]
    return [mine for mine, _ in known], [theirs for _, theirs in known]


def _over_seeds(scores: MethodScores, pairs: Sequence[Pair]) -> Sheet:
    tasks = dict.fromkeys(task for pair in pairs for task in scores[pair.first])
    several = len({pair.first.base for pair in pairs}) > 1
    rows = [
        {
            'task': task,
            **{
                f'{pair.title}, {pair.first.base}' if several else pair.title: _welch(scores, pair, task)
                for pair in pairs
            },
        }
        for task in tasks
    ]
    return Sheet('Tests over seeds', rows, notes=[OVER_SEEDS])


def _welch(scores: MethodScores, pair: Pair, task: str) -> str:
    first, second = (scores[contender].get(task) for contender in pair)
    value = welch(list(first.values.values()), list(second.values.values())) if first and second else None
    return '-' if value is None else f'{value:.0e}'
