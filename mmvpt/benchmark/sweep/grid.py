"""The grid of a sweep: which options of a config it varies, and which points of the grid it looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from random import Random

from mmengine.config import Config

from mmvpt.text.refused import Refused

from ..trial import LEARNING_RATE, Setting

#: Values to try, by dotted key of the config.
Axes = Mapping[str, Sequence[object]]
#: Fewer points are no search.
FEWEST = 4
#: What the fragments of a config call their grids, and where the options of these are.
GRIDS_OF = {'grid': 'optim_wrapper.optimizer', 'tuner_grid': 'model.backbone.tuner'}


def grid_of(config: Config, asked: Axes | None = None) -> Axes:
    """The grid of a config's fragments, with the axes that are asked for in place of its own.

    Args:
        config: It has the keys ``grid`` (options of the optimizer) and ``tuner_grid`` (options of the tuner) where its
            fragments have.
        asked: More axes, by dotted key. An axis of one value is that value.
    """
    grid: dict[str, Sequence[object]] = {
        f'{place}.{option}': tuple(values)
        for name, place in GRIDS_OF.items()
        for option, values in (config.get(name) or {}).items()
    }
    for key, values in (asked or {}).items():
        if not isinstance(values, (list, tuple)) or not values:
            raise Refused(f'The grid of {key} is {values!r}. Give a list of values to try, such as {key}="[0.1,0.01]".')
        grid[key] = tuple(values)
    if not grid:
        raise Refused(
            f'{config.filename} has no grid, so there is nothing to try. Give one: --grid {LEARNING_RATE}="[0.1,0.01]".'
        )
    return grid


def points_of(grid: Axes) -> list[Setting]:
    """All points of a grid, the last axis first to change."""
    return [tuple(zip(grid, values, strict=True)) for values in product(*grid.values())]


def quarter(grid: Axes, seeds: int) -> int:
    """How many points fit into a quarter of the cost of a whole grid, final trainings included; four at least."""
    whole = prod(map(len, grid.values()))
    return min(whole, max(FEWEST, (whole + seeds) // 4 - seeds))


def draw(points: Sequence[Setting], number: int, seed: int = 0) -> list[Setting]:
    """So many of the points at random, in the order of the grid; the same for the same seed."""
    if number >= len(points):
        return list(points)
    return [points[place] for place in sorted(Random(seed).sample(range(len(points)), number))]
