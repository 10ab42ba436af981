"""Curves of a report: the metric against training images, prompts, or the blocks that have prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean, stdev

from matplotlib.axes import Axes

from mmvpt.benchmark.results import Result

from .variants import AXES, axis_of, describe_variant, variant_of

#: Fills axes.
DrawPanel = Callable[[Axes], None]
_Tasks = dict[str, dict[float, list[Result]]]  # by task, and by place on the axis


@dataclass(frozen=True)
class Axis:
    """What a curve runs along.

    Args:
        title: Below it.
        place: Where a result is on it; None where it is not.
        line: The words that tell the line of a result from others.
    """

    title: str
    place: Callable[[Result], object]
    line: Callable[[Result], str]


@dataclass(frozen=True)
class Panel:
    """Lines over one axis, for a group of tasks or one task: mean and spread by place, by line."""

    title: str
    axis: str
    metric: str
    lines: Mapping[str, Mapping[float, tuple[float, float]]]


def draw_curves(results: Sequence[Result]) -> Iterator[DrawPanel]:
    """All that varies, a panel each.

    Tasks of a group are one panel where all lines have the same of them, at the same places, and one panel each
    otherwise.
    """
    return (partial(_draw, panel=panel) for axis in _axes(results) for panel in _panels(axis, results))


def _axes(results: Sequence[Result]) -> Iterator[Axis]:
    yield Axis('training images', lambda result: result.train_images, partial(_line, key=''))
    for key in sorted({key for result in results for key, _ in variant_of(result)}):
        title = f'{AXES[axis_of(key) or ""]} ({key})'
        yield Axis(title, partial(_option, key=key), partial(_line, key=key))


def _option(result: Result, key: str) -> object:
    return result.setting.get(key)


def _line(result: Result, key: str) -> str:
    """A line for each method, base and variant, but for the option that the axis is about."""
    others = tuple(item for item in variant_of(result) if item[0] != key)
    return ', '.join(filter(None, [result.method, result.base, describe_variant(others)]))


def _panels(axis: Axis, results: Sequence[Result]) -> Iterator[Panel]:
    groups: dict[tuple[str, str], dict[str, _Tasks]] = {}  # by group and metric, and by line
    for result in results:
        place = axis.place(result)
        if result.value is not None and isinstance(place, (int, float)):
            tasks = groups.setdefault((result.group, result.metric), {}).setdefault(axis.line(result), {})
            tasks.setdefault(result.task, {}).setdefault(place, []).append(result)
    for (group, metric), lines in groups.items():
        varied = {line: tasks for line, tasks in lines.items() if any(len(places) > 1 for places in tasks.values())}
        tasks_of_all = dict.fromkeys(task for tasks in varied.values() for task in tasks)
        if group and len(tasks_of_all) > 1 and _is_even(varied):
            means = {line: _average(list(tasks.values())) for line, tasks in varied.items()}
            yield Panel(f'{group}, mean of {len(tasks_of_all)} tasks', axis.title, metric, means)
            continue
        for task in tasks_of_all:
            of_task = {line: _average([tasks[task]]) for line, tasks in varied.items() if task in tasks}
            yield Panel(task, axis.title, metric, of_task)


def _is_even(lines: Mapping[str, _Tasks]) -> bool:
    """Whether lines have the same tasks, and all tasks of a line the same places."""
    places = [{frozenset(places) for places in tasks.values()} for tasks in lines.values()]
    return len({frozenset(tasks) for tasks in lines.values()}) == 1 and all(len(found) == 1 for found in places)


def _average(tasks: Sequence[Mapping[float, Sequence[Result]]]) -> dict[float, tuple[float, float]]:
    """The mean of tasks at each place, and its spread over the seeds that all of them have."""
    points = {}
    for place in sorted(tasks[0]):
        by_seed = [_by_seed(places[place]) for places in tasks]
        seeds = set.intersection(*map(set, by_seed))
        of_seeds = [mean(values[seed] for values in by_seed) for seed in sorted(seeds)]
        overall = mean(mean(values.values()) for values in by_seed)
        points[place] = (overall, stdev(of_seeds) if len(of_seeds) > 1 else 0.0)
    return points


def _by_seed(results: Sequence[Result]) -> dict[int, float]:
    """The best value of each seed: while settings are being selected, a seed has several."""
    best: dict[int, float] = {}
    for result in results:
        if result.value is not None:
            best[result.seed] = max(result.value, best.get(result.seed, result.value))
    return best


def _draw(axes: Axes, panel: Panel) -> None:
    for line, points in panel.lines.items():
        means, spreads = zip(*points.values(), strict=True)
        axes.errorbar(list(points), means, yerr=spreads, marker='o', markersize=3, capsize=2, label=line)
    axes.set_title(panel.title)
    axes.set_xlabel(panel.axis)
    axes.set_ylabel(panel.metric)
    axes.grid(alpha=0.3)
    axes.legend(fontsize='x-small')
