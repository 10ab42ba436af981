"""What methods cost, beside what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import mean, median

from mmvpt.benchmark.results import Result

from .scores import MethodScores, TaskScore
from .sheet import Sheet

ABOUT_COSTS = (
    'Costs: means over tasks and seeds; the time of a step is the median of medians, with what else the machine did at '
    'the time; GB of a GPU, the most of all.'
)


def trained_of(own: Mapping[str, TaskScore], tasks: Iterable[str]) -> float:
    """The mean number of parameters that a method trains on tasks."""
    return mean(own[task].results[0].trained for task in tasks)


def costs(scores: MethodScores) -> list[Sheet]:
    """A row for each method of which anything is known: parameters, time, memory and the size of a delta."""
    rows: list[dict[str, object]] = []
    for contender, own in scores.items():
        results = [result for score in own.values() for result in score.results]
        if any(result.seconds is not None or result.delta_bytes is not None for result in results):
            rows.append(
                {
                    'base': contender.base,
                    'method': contender.title,
                    'trained parameters': round(trained_of(own, own)),
                    'ms / step': _of(results, 'seconds', lambda found: f'{1000 * median(found):.0f}'),
                    'GB of a GPU': _of(results, 'memory', lambda found: f'{max(found) / 1024:.2f}'),
                    'KB of a delta': _of(results, 'delta_bytes', lambda found: f'{mean(found) / 1000:.0f}'),
                }
            )
    return [Sheet('Costs', rows, labels=2, notes=[ABOUT_COSTS])] if rows else []


def _of(results: Sequence[Result], name: str, say: Callable[[Sequence[float]], str]) -> str:
    found = [value for result in results if (value := getattr(result, name)) is not None]
    return say(found) if found else '-'
