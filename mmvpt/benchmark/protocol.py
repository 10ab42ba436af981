"""What is compared, as data: tasks, methods, bases, rates and seeds.

A protocol of your own is one file, ``mmvpt/benchmark/protocols/NAME.py``, whose ``PROTOCOL`` says

- ``tasks``, ``methods`` and ``bases``, and by ``Task.configs`` or ``recipe`` the config of each combination;
- ``chosen`` settings, such as a learning rate for each method; or a ``grid`` of them, and with a ``selection`` the best
  of the grid on validation data is trained with every seed;
- how to ``prepare`` the data and how to ``train`` (:mod:`mmvpt.benchmark.train` has ways), and the ``columns`` of its
  tables.

``run_protocol(PROTOCOL, Options(work_dir, data_root))`` of :mod:`mmvpt.benchmark.run` runs it. To make it a verb of
``python -m mmvpt``, add ``mmvpt/cli/NAME.py`` and its line in ``mmvpt.cli.VERBS``. So a protocol is in three places at
most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Generic, Literal, TypeVar

from mmvpt.config import Recipe
from mmvpt.runs.commands import Overrides

from .trial import LEARNING_RATE, Job, Setting, Trial, short_name

Outcome = TypeVar('Outcome')
Named = TypeVar('Named')


@dataclass(frozen=True)
class Options:
    """Where and how a protocol is run.

    Args:
        work_dir: Folder of everything but the data.
        data_root: Folder of the data.
        jobs: Trials at a time.
        data_seed: Another seed draws other pictures, for choosing rates without a look at those of the result.
        splits: Pictures of each split of drawn data, in place of its own numbers.
        overrides: More values for the trainings, by dotted key.
        base_overrides: The same for pretrainings.
    """

    work_dir: Path
    data_root: Path
    jobs: int = 1
    data_seed: int = 0
    splits: Mapping[str, int] | None = None
    overrides: Overrides = field(default_factory=dict)
    base_overrides: Overrides = field(default_factory=dict)


@dataclass(frozen=True)
class Base:
    """A backbone that methods start from.

    Args:
        name: What it is called in a sentence, such as ``small ViT``.
        config: Name of the config that pretrains it; None for weights that the configs of the methods bring.
        data: Its data, a folder below the data root.
        folder: Where the pretraining goes.
        methods: Methods that can use it; None for all.
    """

    name: str
    config: str | None = None
    data: str = 'classification'
    folder: str = 'pretraining'
    methods: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Task:
    """Something to learn.

    Args:
        data: Its data, a folder below the data root; for Shapes it has the name of a format.
        configs: Names of its configs, with ``{}`` for the method, unless the protocol has recipes.
        overrides: Of all of its configs, by dotted key.
        files: More that its configs read: by dotted key, names of files in the folder of the data.
    """

    data: str
    configs: str = ''
    overrides: Overrides = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def read_from(self, root: Path) -> dict[str, object]:
        """Overrides that let a config read the data there."""
        folder = root / self.data
        return {**data_roots(folder), **{key: str(folder / name) for key, name in self.files.items()}, **self.overrides}


@dataclass(frozen=True)
class Selection(Generic[Outcome]):
    """Which setting of the grid is taken, for each base, task and method: the best of one training each.

    Args:
        score: The higher, the better; the first of equals is taken.
        overrides: Let a config train and evaluate on the data to select on, such as a part of the training data.
    """

    score: Callable[[Outcome], float]
    overrides: Overrides


@dataclass(frozen=True)
class Line(Generic[Outcome]):
    """What a line of a table is about.

    Args:
        base: Its base.
        method: Its method.
        settings: The setting for each task.
        found: For each task the outcomes in the order of the seeds.
    """

    base: str
    method: str
    settings: Mapping[str, Setting]
    found: Mapping[str, Sequence[Outcome]]

    @property
    def outcomes(self) -> list[Outcome]:
        """Of all tasks and seeds."""
        return [outcome for outcomes in self.found.values() for outcome in outcomes]


@dataclass(frozen=True)
class Protocol(Generic[Outcome]):
    """A comparison of methods.

    Args:
        name: That of its file.
        tasks: By name, in the order of the tables.
        methods: By name, in the order of the lines; what the names of configs call them.
        bases: By name.
        prepare: Makes the data, or says what is missing.
        train: Trains and evaluates one job.
        columns: Each lays out what one line of a table is about; with several, all lines are laid out by the first,
            then all by the second.
        recipe: The config of a trial, where it is no named one; data, base, setting and seed are added to it.
        chosen: The setting of a base and a method; those of the config where there is none.
        grid: Values to compare in place of what was chosen, by dotted key.
        selection: How to select one setting of the grid; None shows them all.
        seeds: One training of every trial for each.
        tables_by: Whether there is a table for each task or for each base.
        headings: What stands over the table of a task or base.
        trial_name: Names the folder of a trial, from its ``base``, ``task``, ``method`` and ``config``; the setting is
            added.
        trial_title: Calls a job in messages, from the same and its ``name``, ``seed`` and ``setting``.
        data: Folder of the tasks' data below the data root, from the ``data_seed``.
        results: Folder of the trials below the work folder, from the ``data_seed``.
        workers: Makes the pool for so many jobs.
    """

    name: str
    tasks: Mapping[str, Task]
    methods: Mapping[str, str]
    bases: Mapping[str, Base]
    prepare: Callable[[Protocol[Outcome], Options], None]
    train: Callable[[Job], Outcome]
    columns: Sequence[Callable[[Line[Outcome]], Mapping[str, object]]]
    recipe: Callable[[Trial], Recipe] | None = None
    chosen: Mapping[tuple[str, str], Setting] = field(default_factory=dict)
    grid: Mapping[str, Sequence[object]] = field(default_factory=dict)
    selection: Selection[Outcome] | None = None
    seeds: Sequence[int] = (0,)
    tables_by: Literal['task', 'base'] = 'task'
    headings: Mapping[str, str] = field(default_factory=dict)
    trial_name: str = '{base}_{method}_{task}'
    trial_title: str = '{method}, {task}, seed {seed}{setting}'
    data: str = ''
    results: str = ''
    workers: Callable[[int], Executor] = ThreadPoolExecutor

    def only(
        self,
        *,
        bases: Sequence[str] | None = None,
        tasks: Sequence[str] | None = None,
        methods: Sequence[str] | None = None,
        seeds: Sequence[int] | None = None,
        rates: Sequence[float] = (),
    ) -> Protocol[Outcome]:
        """A part of it: bases and tasks in the order given, methods in its own, and rates in place of those chosen."""
        return replace(
            self,
            bases=_pick(self.bases, bases),
            tasks=_pick(self.tasks, tasks),
            methods=_pick(self.methods, methods, own_order=True),
            seeds=self.seeds if seeds is None else tuple(seeds),
            grid={LEARNING_RATE: tuple(rates)} if rates else self.grid,
        )

    def trials(self) -> list[Trial]:
        """All that is to be trained with each seed."""
        trials = [
            Trial(name, task, method, setting)
            for name, base in self.bases.items()
            for task in self.tasks
            for method in _methods_for(base, self.methods)
            for setting in self._settings(name, method)
        ]
        for name, base in self.bases.items():
            if not any(trial.base == name for trial in trials):
                known = ', '.join(base.methods or ())
                raise ValueError(f'None of {", ".join(self.methods)} is a method for {name}. These are: {known}.')
        return trials

    def config_of(self, trial: Trial) -> str | Recipe:
        """The config of a trial: the name of one of ours, or a recipe."""
        if self.recipe is not None:
            return self.recipe(trial)
        return self.tasks[trial.task].configs.format(self.methods[trial.method])

    def name_of(self, trial: Trial) -> str:
        """The name of the folder of a trial."""
        config = self.config_of(trial)
        words = dict(base=trial.base, task=trial.task, method=trial.method, config=config)
        return f'{self.trial_name.format_map(words)}{trial.suffix}'

    def title_of(self, trial: Trial, seed: int) -> str:
        """What a job is called in messages."""
        setting = ''.join(f', {short_name(key)} {value}' for key, value in trial.setting)
        words = dict(base=trial.base, task=trial.task, method=trial.method, name=self.name_of(trial))
        return self.trial_title.format_map({**words, 'seed': seed, 'setting': setting})

    def _settings(self, base: str, method: str) -> Sequence[Setting]:
        if not self.grid:
            return [self.chosen.get((base, method), ())]
        return [tuple(zip(self.grid, values, strict=True)) for values in product(*self.grid.values())]


def data_roots(folder: Path) -> dict[str, object]:
    """Overrides that let the three loaders of a config read a folder."""
    return {f'{split}_dataloader.dataset.data_root': str(folder) for split in ('train', 'val', 'test')}


def _methods_for(base: Base, methods: Mapping[str, str]) -> Iterator[str]:
    """Methods for a base, in its own order where it has one."""
    yield from methods if base.methods is None else (name for name in base.methods if name in methods)


def _pick(items: Mapping[str, Named], names: Sequence[str] | None, own_order: bool = False) -> Mapping[str, Named]:
    """Of all, those of some names, in the order of the names or in their own."""
    if names is None:
        return items
    if unknown := [name for name in names if name not in items]:
        raise ValueError(f'The protocol has no {unknown[0]!r}. It has: {", ".join(items)}.')
    return {name: items[name] for name in (items if own_order else names) if name in names}
