"""Protocols: sweeps of several methods on several tasks, as data.

One of your own is a file ``mmvpt/benchmark/protocols/NAME.py`` with a :class:`SweepProtocol` called ``SWEEPS``, and a
line in ``mmvpt/cli/names.py``. ``mmvpt sweep NAME`` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mmvpt.config.near import suggest
from mmvpt.pruning.plan import Pruning
from mmvpt.runs.commands import Overrides
from mmvpt.text.refused import Refused

from .grid import Axes
from .labels import labels_of, method_name
from .plan import SEEDS, SweepPlan


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
class SweepProtocol:
    """Which methods are swept on which tasks, and how.

    Args:
        tasks: By name.
        methods: By name: the config of each, with ``{}`` for the task if each has its own.
        data: Folder of the data where the user names no other.
        grids: Axes of a method beside those of its config, or in their place.
        prepare: Makes data and bases in the folders of data and work; returns more overrides.
        held_out: Share of the training data to select on, where the data have no split for it.
        options: Of all configs.
        seeds: Of the final trainings, where the user names none.
        pruned: Methods whose prompts are pruned, and how; they are called as their papers call them.
    """

    tasks: Mapping[str, SweptTask]
    methods: Mapping[str, str]
    data: str
    grids: Mapping[str, Axes] = field(default_factory=dict)
    prepare: Callable[[Path, Path], Overrides] | None = None
    held_out: float | None = None
    options: Overrides = field(default_factory=dict)
    seeds: Sequence[int] = SEEDS
    pruned: Mapping[str, Pruning] = field(default_factory=dict)

    def plans(
        self, like: SweepPlan, tasks: Sequence[str] | None, methods: Sequence[str] | None, data: Path
    ) -> list[SweepPlan]:
        """A plan for each task and method.

        Args:
            like: What the user asks of all of them; its folder is that of the whole.
            tasks: Some of the tasks; None for all.
            methods: Some of the methods; None for all.
            data: Folder of the data.
        """
        made = self.prepare(data, like.folder) if self.prepare else {}
        return [
            self._plan(like, task, method, {**self.options, **made, **_filled(self.tasks[task].overrides, data)})
            for task in _some('task', tasks, self.tasks)
            for method in _some('method', methods, self.methods)
        ]

    def _plan(self, like: SweepPlan, task: str, method: str, options: Overrides) -> SweepPlan:
        """The plan of one method on one task, whose options those of the user come after."""
        config, options = self.methods[method].format(task), {**options, **like.options}
        asked = method not in self.pruned and like.pruning is not None
        name = method_name(method, pruned=True) if asked else method
        return replace(
            like,
            config=config,
            folder=like.folder / f'{task}_{name}',
            labels=replace(labels_of(config, options), task=task, method=name, group=self.tasks[task].group),
            options=options,
            grid={**self.grids.get(method, {}), **like.grid},
            held_out=self.held_out if like.held_out is None else like.held_out,
            pruning=self.pruned.get(method, like.pruning),
        )


def _filled(overrides: Overrides, data: Path) -> dict[str, object]:
    return {key: value.format(data=data) if isinstance(value, str) else value for key, value in overrides.items()}


def _some(what: str, asked: Sequence[str] | None, known: Mapping[str, object]) -> Sequence[str]:
    """The names that are asked for, all of them known."""
    for name in asked or ():
        if name not in known:
            raise Refused(f'The protocol has no {what} {name!r}. {suggest(name, known)}')
    return asked or list(known)
