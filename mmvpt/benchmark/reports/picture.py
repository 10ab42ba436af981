"""The picture of a report: all of its curves, and what methods come to for the parameters that they train."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmvpt.benchmark.results import Result
from mmvpt.text.refused import Refused

from .costs import trained_of
from .curves import DrawPanel, draw_curves
from .scores import groups_of, mean_of, sort_results
from .variants import AXES

_ACROSS = 4  # panels in a row


def plot(results: Sequence[Result]) -> bytes:
    """Draw all panels; return a PNG."""
    panels = [*draw_curves(results), *_draw_methods(results)]
    if not panels:
        raise Refused(
            'There is nothing to draw: there is one method, and no method has results with several numbers of training '
            f'images, or several values of an option that ends in {", ".join(AXES)}. Leave the .png out, or sweep one '
            'of them.'
        )
    across = min(len(panels), _ACROSS)
    down = ceil(len(panels) / across)
    figure = Figure(figsize=(4 * across, 3 * down), layout='constrained')
    for axes, draw in zip(figure.subplots(down, across, squeeze=False).flat, panels, strict=False):
        draw(axes)
    for axes in figure.axes[len(panels) :]:
        axes.remove()
    buffer = io.BytesIO()
    figure.savefig(buffer, format='png', dpi=120)
    return buffer.getvalue()


def _draw_methods(results: Sequence[Result]) -> Iterator[DrawPanel]:
    """A panel for each base and group of tasks that several methods have in common."""
    scores = sort_results(results)
    for base in dict.fromkeys(contender.base for contender in scores):
        of_base = {contender: own for contender, own in scores.items() if contender.base == base}
        for group, tasks in groups_of(of_base).items():
            points = {
                contender.title: (trained_of(own, tasks), mean)
                for contender, own in of_base.items()
                if all(task in own for task in tasks) and (mean := mean_of(own, tasks).mean) is not None
            }
            if len(points) > 1:
                title = f'{base}, {group or tasks[0]}' + (f', mean of {len(tasks)} tasks' if len(tasks) > 1 else '')
                metric = next(iter(next(iter(of_base.values())).values())).results[0].metric
                yield partial(_scatter, title=title, metric=metric, points=points)


def _scatter(axes: Axes, title: str, metric: str, points: dict[str, tuple[float, float]]) -> None:
    for method, (trained, mean) in points.items():
        axes.scatter(trained, mean, s=12)
        axes.annotate(method, (trained, mean), xytext=(3, 3), textcoords='offset points', fontsize='x-small')
    axes.set_xscale('log')
    axes.set_title(title, fontsize='small')
    axes.set_xlabel('trained parameters, mean')
    axes.set_ylabel(metric)
    axes.grid(alpha=0.3)
