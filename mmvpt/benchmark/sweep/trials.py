"""A training of a sweep, and how it ended: its folder says all of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

from mmvpt.engine.heads.files import HEADS
from mmvpt.files.read import read_metadata
from mmvpt.files.write import write_atomically
from mmvpt.runs.last import last_checkpoint
from mmvpt.runs.log import read_log
from mmvpt.runs.steps import Step, StepFailed

from ..results import Phase
from ..trial import Setting, short_names
from .evaluations import Evaluations, read_evaluations

#: Stands for what was trained, in the command that tests it.
DELTA = '{delta}'
#: Of a training that ended before its last iteration, for good.
ENDING = 'ending.json'
#: What the console of a training says when its loss is not finite any more.
DIVERGED = 'FloatingPointError'
State = Literal['open', 'done', 'diverged', 'stopped']
#: How often a training is started again whose process was killed from outside.
MOST_STARTS = 3


@dataclass(frozen=True)
class SweepTrial:
    """One training of a sweep.

    Args:
        name: Of its folder, among others of its phase.
        setting: What the sweep varies.
        seed: Of the training.
        metric: What its evaluations are judged by.
        training: The command that trains.
        test_command: Evaluates what was trained, which ``DELTA`` stands for, once; None where a sweep selects.
        phase: Of the sweep.
        config: The file of what it trains.
    """

    name: str
    setting: Setting
    seed: int
    metric: str
    training: Step
    test_command: tuple[str, ...] | None = None
    phase: Phase = 'selection'
    config: str = ''

    @property
    def test(self) -> Step | None:
        """The evaluation of what was trained; None where there is none, or nothing to evaluate yet."""
        if self.test_command is None or not self.training.is_done():
            return None
        folder = self.training.folder.with_name(f'{self.training.folder.name}_test')
        command = tuple(str(self.delta) if word == DELTA else word for word in self.test_command)
        return Step(f'Testing {self.name}', folder, command, (*self.training.inputs, self.training.key))

    @property
    def title(self) -> str:
        """What it is called in messages."""
        if not self.setting:
            return f'{self.training.title}, seed {self.seed}'
        named = zip(short_names(self.setting), self.setting, strict=True)
        return ', '.join([*(f'{name} {value}' for name, (_, value) in named), f'seed {self.seed}'])

    @property
    def state(self) -> State:
        """How it ended, or that it did not."""
        if self.training.is_done() and ((test := self.test) is None or test.is_done()):
            return 'done'
        return self._ending().get('state', 'open')  # type: ignore[return-value]

    @property
    def reason(self) -> str:
        """Why it ended early."""
        return str(self._ending().get('reason', ''))

    @property
    def evaluations(self) -> Evaluations:
        """What it found on the way."""
        return read_evaluations(self.training.folder, self.metric)

    @property
    def tested(self) -> float | None:
        """What the test found; None where there was none."""
        test = self.test
        if test is None or not test.is_done():
            return None
        newest = max(test.folder.glob('*/*.json'))
        return float(json.loads(newest.read_text())[self.metric])

    @property
    def code(self) -> str:
        """The version of mmvpt that trained it; empty where it did not end."""
        return str(read_metadata(self.delta).get('mmvpt_version', '')) if self.state == 'done' else ''

    @property
    def delta(self) -> Path:
        """What was trained."""
        return last_checkpoint(self.training.folder).with_suffix('.safetensors')

    @property
    def costs(self) -> Mapping[str, float]:
        """What it took, as far as it is known: ``seconds`` of a step, ``memory`` and ``delta_bytes``."""
        if self.state != 'done':
            return {}
        steps = [entry for entry in read_log(self.training.folder) if 'loss' in entry]
        memory = [entry['memory'] for entry in steps if 'memory' in entry]
        return {
            'delta_bytes': self.delta.stat().st_size,
            **({'seconds': median(entry['time'] for entry in steps)} if steps else {}),
            **({'memory': max(memory)} if memory else {}),
        }

    def run(self, go_on: Callable[[], bool] = lambda: True) -> None:
        """Train and test what is not done yet; a divergence ends it, and another error is raised.

        Args:
            go_on: Whether a training that was killed is to be started again.
        """
        if self.state == 'open':
            self._run(self.training, go_on)
        if self.state == 'open' and (test := self.test) is not None:
            self._run(test, go_on)

    def end(self, state: State, reason: str) -> None:
        """Say in its folder that it is not to be gone on with."""
        content = json.dumps(dict(key=self.training.key, state=state, reason=reason)).encode()
        write_atomically(self.training.folder / ENDING, lambda file: file.write(content))

    def _run(self, step: Step, go_on: Callable[[], bool]) -> None:
        for left in reversed(range(MOST_STARTS)):
            try:
                step.run(quiet=True)
                return
            except StepFailed as error:
                reason = next((line for line in str(error).splitlines() if DIVERGED in line), None)
                if reason is not None:
                    self.end('diverged', reason.partition(f'{DIVERGED}: ')[2] or reason)
                    return
                if not (error.killed and left and go_on()):
                    raise

    def _ending(self) -> Mapping[str, object]:
        try:
            found = json.loads((self.training.folder / ENDING).read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if found.get('key') == self.training.key else {}


@dataclass(frozen=True)
class HeadTrial(SweepTrial):
    """A trial of a head, one of many that a run trains together on features that are computed once.

    Args:
        place: Its place among them.
    """

    place: int = 0

    @property
    def state(self) -> State:
        """That of the run, unless the loss of this head was not finite."""
        if not self.training.is_done():
            return 'open'
        return 'diverged' if self._mine['failed'] else 'done'

    @property
    def reason(self) -> str:
        """Why it was given up."""
        return str(self._mine['failed']) if self.training.is_done() else ''

    @property
    def evaluations(self) -> Evaluations:
        """What it found on the way."""
        if not self.training.is_done():
            return {}
        return {int(epoch): float(value) for epoch, value in self._mine['evaluations'].items()}

    @property
    def code(self) -> str:
        """The version of mmvpt that trained all of them."""
        return str(self._all['mmvpt_version']) if self.training.is_done() else ''

    @property
    def costs(self) -> Mapping[str, float]:
        """Nothing: it trained with others."""
        return {}

    @property
    def _all(self) -> dict[str, Any]:
        return json.loads((self.training.folder / HEADS).read_text())

    @property
    def _mine(self) -> dict[str, Any]:
        return self._all['heads'][self.place]
