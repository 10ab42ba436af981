"""What a sweep is asked to do, and the configs that it trains."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import Path

from mmengine.config import Config

from mmvpt.analysis.count import build_without_memory
from mmvpt.config.check import open_checked
from mmvpt.config.hold_out import select_on_validation, train_on_all
from mmvpt.config.open import open_config
from mmvpt.engine.feature_cache import why_uncached
from mmvpt.engine.heads.shareable import why_separate
from mmvpt.pruning.configs import save_start
from mmvpt.pruning.plan import SELECTION_METRICS, Pruning
from mmvpt.runs.commands import Overrides
from mmvpt.text.refused import Refused

from ..trial import Setting
from .base_version import base_version_of
from .grid import Axes, draw, grid_of, points_of, quarter
from .prunable import require_prunable
from .search import OptunaSearch, Search
from .selection import By
from .splits import check_splits

#: The seeds of final trainings in the public code of VPT; the paper says three runs.
SEEDS = (42, 44, 82)
#: Trainings that look for what to prune, unless all there are shall.
TRAININGS_TO_PRUNE = 8
#: How points of the grid are found.
SEARCHES = ('random', 'grid', 'optuna')
#: What evaluators of configs find first.
FOUND_BY = {
    'Accuracy': SELECTION_METRICS[0],
    'IoUMetric': 'mIoU',
    'MultiLabelMetric': SELECTION_METRICS[1],
    'CocoMetric': SELECTION_METRICS[-1],
}


@dataclass(frozen=True)
class Labels:
    """What a sweep is called in the table of a report.

    Args:
        name: Short, for folders.
        task: What is learned.
        method: What is tuned.
        base: The pretrained backbone.
        group: The group of tasks that it is averaged with.
        protocol: How data are split and normalised.
        source: Where the data come from.
    """

    name: str
    task: str
    method: str
    base: str
    group: str = ''
    protocol: str = ''
    source: str = ''


@dataclass(frozen=True)
class SweepPlan:
    """What to train.

    Args:
        config: A path, or ``mmvpt::`` and the name of one of our configs.
        folder: Where everything goes.
        labels: What it is called in reports.
        options: Overrides of the config, by dotted key.
        grid: Axes besides those of the config's fragments, or in their place.
        search: ``grid`` for all points, ``random`` for some of them, ``optuna``.
        points: How many points to look at; None is a quarter of the cost of the whole grid, finals included.
        seeds: Of the final trainings; the first is that of the trials.
        early_stop: Whether ASHA stops trials that fall behind.
        by: Which evaluation selects.
        metric: What to select by; None is the one that the config evaluates.
        held_out: Share of the training data to select on, where it is not for the config to say.
        processes: GPUs that each training takes.
        separate: Whether trials that could share features compute them for themselves nevertheless.
        pruning: What may be pruned of the model that is selected; None for nothing.
        pruning_budget: Trainings that look for what to prune; None is ``TRAININGS_TO_PRUNE``, or all that there are
            where the whole grid is trained.
    """

    config: str
    folder: Path
    labels: Labels
    options: Overrides = field(default_factory=dict)
    grid: Axes = field(default_factory=dict)
    search: str = 'random'
    points: int | None = None
    seeds: Sequence[int] = SEEDS
    early_stop: bool = False
    by: By = 'last'
    metric: str | None = None
    held_out: float | None = None
    processes: int = 1
    separate: bool = False
    pruning: Pruning | None = None
    pruning_budget: int | None = None

    @cached_property
    def opened(self) -> Config:
        """The config, as it is trained with any setting."""
        cfg = open_config(self.config, self.options)
        cfg.pop('work_dir', None)
        return cfg

    @cached_property
    def axes(self) -> Axes:
        """The grid."""
        return grid_of(self.opened, self.grid)

    @cached_property
    def settings(self) -> list[Setting]:
        """The points that are looked at, or of which Optuna asks for some."""
        points = points_of(self.axes)
        return draw(points, self.number) if self.search == 'random' and self.why_separate else points

    @cached_property
    def why_separate(self) -> str | None:
        """Why trials train one by one; None where they train together on features that are computed once."""
        if self.separate or self.processes > 1:
            return 'as asked for'
        return why_separate(self.for_selection, self.axes)

    @cached_property
    def keeps_features(self) -> bool:
        """Whether trainings start at the first tuned block, from what the blocks before made of the images once."""
        return not self.separate and why_uncached(self.opened, build_without_memory(self.opened)) is None

    @cached_property
    def base_version(self) -> str:
        """The version of the base that all trainings start from."""
        return base_version_of(self.opened)

    @property
    def size(self) -> int:
        """How many points the grid has."""
        return prod(map(len, self.axes.values()))

    @property
    def number(self) -> int:
        """How many points are looked at."""
        whole = self.size
        if self.search == 'grid' or self.why_separate is None:
            return whole
        return min(whole, self.points or quarter(self.axes, len(self.seeds)))

    @property
    def how(self) -> Search:
        """The search of the trials."""
        if self.search == 'optuna' and self.why_separate:
            axes = {key: tuple(values) for key, values in self.axes.items()}
            return OptunaSearch(self.early_stop, self.seeds[0], self.number, axes)
        return Search(self.early_stop, self.seeds[0])

    @property
    def trainings_to_prune(self) -> int | None:
        """How many trainings look for what to prune; None for all that there are."""
        if self.pruning_budget is not None:
            return self.pruning_budget
        return None if self.search == 'grid' else TRAININGS_TO_PRUNE

    @cached_property
    def judged_by(self) -> str:
        """The metric to select by."""
        return self.metric or _first_metric(self.opened, self.config)

    @property
    def protocol(self) -> str:
        """How data are split and normalised, and settings are selected."""
        return f'{self.labels.protocol or "as its config says"}, selected by the {self.by} evaluation'

    def check(self) -> None:
        """Refuse, before anything is trained, what a run would refuse: each value of each axis is looked at."""
        if self.points is not None and (self.points < 1 or self.search == 'grid'):
            some = ' or '.join(name for name in SEARCHES if name != 'grid')
            raise Refused(
                f'points is {self.points}, with the search {self.search!r}. It is 1 or more, for a search of some '
                f'points: {some}.'
            )
        if len(set(self.seeds)) != len(self.seeds) or not self.seeds:
            raise Refused(f'The seeds are {list(self.seeds)}. Give each of the final trainings one of its own.')
        longest = max(map(len, self.axes.values()))
        for place in range(longest):
            values = {key: axis[min(place, len(axis) - 1)] for key, axis in self.axes.items()}
            checked = open_checked(self.config, {**self.options, **values})
            if self.pruning is not None:
                require_prunable(self.config, checked, self.pruning, self.trainings_to_prune)
        check_splits(self.for_selection, self.for_good)

    @cached_property
    def for_selection(self) -> Config:
        """The config that trains without what it selects on."""
        cfg = copy.deepcopy(self.opened)
        select_on_validation(cfg, self.held_out)
        if self.pruning is not None:
            save_start(cfg, self.config)
        return cfg

    @cached_property
    def for_good(self) -> Config:
        """The config that trains on all but the test data."""
        cfg = copy.deepcopy(self.opened)
        train_on_all(cfg)
        return cfg


def _first_metric(cfg: Config, name: str) -> str:
    """What a config evaluates first."""
    evaluator = cfg.get('val_evaluator') or {}
    kinds = [str(one.get('type')) for one in (evaluator if isinstance(evaluator, list) else [evaluator])]
    known = [FOUND_BY[last] for kind in kinds if (last := kind.rpartition('.')[2]) in FOUND_BY]
    if not known:
        raise Refused(f'Say what to select by: --metric. {name} evaluates by {", ".join(kinds)}.')
    return known[0]
