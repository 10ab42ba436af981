"""Parameters that a row of a table tunes and stores, counted as papers do: see :mod:`mmvpt.papers.measure`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mmvpt.analysis.count import Count
from mmvpt.benchmark.results import Result
from mmvpt.papers.measure import FACTOR, MEAN_PERCENT

from .scores import Amount, TaskScore


def sizes_of(results: Iterable[Result]) -> dict[str, int]:
    """Parameters of each base: what is left of a model without its head, and without what a tuner added.

    A result does not say whether a tuner added its parameters or trains some of the base; the largest rest of all
    methods is the base, as that of a linear probe and of full fine-tuning.
    """
    sizes: dict[str, int] = {}
    for result in results:
        rest = result.total - result.head - (0 if _is_whole(result) else result.tuner)
        sizes[result.base] = max(sizes.get(result.base, 0), rest)
    return sizes


def parameters_of(scores: Mapping[str, TaskScore], tasks: Sequence[str], size: int) -> tuple[Amount, Amount]:
    """The mean share that tunes, in percent, and what all tasks store together, in sizes of the base."""
    known = [result for task in tasks if task in scores and (result := _counted(scores[task]))]
    counts = [_count(result, size) for result in known]
    if not counts:
        return Amount(), Amount()
    remark = f'{len(counts)} of {len(tasks)} tasks' if len(counts) < len(tasks) else ''
    share, stored = (Amount(float(measure.value(counts)), None, remark) for measure in (MEAN_PERCENT, FACTOR))
    return share, stored


def _counted(score: TaskScore) -> Result | None:
    """A result that knows its parameters: a training that failed early may not."""
    return next((result for result in score.results if result.total), None)


def _is_whole(result: Result) -> bool:
    """Whether the whole backbone trains, and nothing of it is shared."""
    return result.tuner + result.head == result.total


def _count(result: Result, size: int) -> Count:
    backbone, tuner = (size, 0) if _is_whole(result) else (0, result.tuner)
    return Count(backbone, tuner, result.head, result.total, size)
