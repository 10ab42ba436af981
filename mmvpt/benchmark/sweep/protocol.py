"""Protocols: sweeps of several methods on several tasks, from one base or several, as data.

One of your own is a file ``mmvpt/benchmark/protocols/NAME.py`` with a :class:`SweepProtocol` called ``SWEEPS``, and a
line in ``mmvpt/cli/names.py``. ``mmvpt sweep NAME`` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from mmvpt.config.near import suggest
from mmvpt.pruning.plan import Pruning
from mmvpt.runs.commands import Overrides
from mmvpt.text.refused import Refused

from .grid import Axes
from .labels import labels_of, method_name
from .plan import SEEDS, SweepPlan

Choice = TypeVar('Choice')


@dataclass(frozen=True)
class SweptTask:
    """A task.

    Args:
        overrides: Of the config of any method, by dotted key; ``{data}`` in a text is the folder of the data.
        group: The group of tasks that it is averaged with.
    """

    overrides: Overrides
    group: str = ''


@dataclass(frozen=True)
class SweptBase:
    """A backbone that methods start from.

    Args:
        methods: Names of those that are swept on it; None for all.
        prepare: Makes its weights in a folder; returns overrides of all configs. None for weights that configs name.
    """

    methods: Sequence[str] | None = None
    prepare: Callable[[Path], Overrides] | None = None


@dataclass(frozen=True)
class SweepProtocol:
    """Which methods are swept on which tasks, and how.

    Args:
        tasks: By name.
        methods: By name: the config of each, with ``{}`` for the task and ``{base}`` for the base if each has its own.
        data: Folder of the data where the user names no other.
        grids: Axes of a method beside those of its config, or in their place.
        bases: By name, if there are several.
        prepare: Makes what all need, given the folders of data and work and the names of tasks; returns more overrides.
        held_out: Share of the training data to select on, where the data have no split for it.
        options: Of all configs.
        seeds: Of the final trainings, where the user names none.
        pruned: Methods whose prompts are pruned, and how; they are called as their papers call them.
    """

    tasks: Mapping[str, SweptTask]
    methods: Mapping[str, str]
    data: str
    bases: Mapping[str, SweptBase] = field(default_factory=lambda: {'base': SweptBase()})
    grids: Mapping[str, Axes] = field(default_factory=dict)
    prepare: Callable[[Path, Path, Sequence[str]], Overrides] | None = None
    held_out: float | None = None
    options: Overrides = field(default_factory=dict)
    seeds: Sequence[int] = SEEDS
    pruned: Mapping[str, Pruning] = field(default_factory=dict)

    def only(
        self,
        tasks: Sequence[str] | None = None,
        methods: Sequence[str] | None = None,
        bases: Sequence[str] | None = None,
    ) -> SweepProtocol:
        """The protocol with some of its tasks, methods and bases; None for all."""
        return replace(
            self,
            tasks=_some('task', tasks, self.tasks),
            methods=_some('method', methods, self.methods),
            bases=_some('base', bases, self.bases),
        )

    def plans(self, like: SweepPlan, data: Path, *, weights: bool = True) -> list[SweepPlan]:
        """A plan for each base, task and method.

        Args:
            like: What the user asks of all of them; its folder is that of the whole.
            data: Folder of the data.
            weights: Whether to make those of the bases.
        """
        made = {**self.options, **(self.prepare(data, like.folder, list(self.tasks)) if self.prepare else {})}
        plans: list[SweepPlan] = []
        for name, base in self.bases.items():
            own = {**made, **(base.prepare(like.folder) if base.prepare and weights else {})}
            plans += [
                self._plan(like, name, task, method, {**own, **_filled(self.tasks[task].overrides, data)})
                for task in self.tasks
                for method in self.methods
                if base.methods is None or method in base.methods
            ]
        return plans

    def _plan(self, like: SweepPlan, base: str, task: str, method: str, options: Overrides) -> SweepPlan:
        """The plan of one method on one task, whose options those of the user come after."""
        config, options = self.methods[method].format(task, base=base), {**options, **like.options}
        asked = method not in self.pruned and like.pruning is not None
        name = method_name(method, pruned=True) if asked else method
        return replace(
            like,
            config=config,
            folder=like.folder / '_'.join([*([base] if len(self.bases) > 1 else []), task, name]),
            labels=replace(labels_of(config, options), task=task, method=name, group=self.tasks[task].group),
            options=options,
            grid={**self.grids.get(method, {}), **like.grid},
            held_out=self.held_out if like.held_out is None else like.held_out,
            pruning=self.pruned.get(method, like.pruning),
        )


def _filled(overrides: Overrides, data: Path) -> dict[str, object]:
    return {key: value.format(data=data) if isinstance(value, str) else value for key, value in overrides.items()}


def _some(what: str, asked: Sequence[str] | None, known: Mapping[str, Choice]) -> Mapping[str, Choice]:
    """Those that are asked for, all of them known."""
    for name in asked or ():
        if name not in known:
            raise Refused(f'The protocol has no {what} {name!r}. {suggest(name, known)}')
    return {name: known[name] for name in asked or known}
