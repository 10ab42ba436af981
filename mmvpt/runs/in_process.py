"""Trainings in this process, which spares each the seconds that a new one takes to start."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from mmvpt.analysis.count import count_model
from mmvpt.config.open import open_config
from mmvpt.engine import launch

from .stamp import key_of
from .steps import CONSOLE, StepFailed, Work, last_words

RESULT = 'result.json'


@dataclass(frozen=True)
class TrainingResult:
    """What a training of a classifier came to: accuracy in percent, parameters that train and all, seconds."""

    accuracy: float
    trained: int
    total: int
    seconds: float


@dataclass(frozen=True)
class InProcessTraining(Work):
    """A training of a classifier in this process, judged by its last validation; it says nothing until it ends.

    Args:
        config: A config file.
        after: Keys of the earlier work whose results it takes.
    """

    config: Path
    after: Sequence[str] = ()

    @property
    def key(self) -> str:
        """Of all that the config holds, and of the earlier work."""
        content = json.dumps(open_config(self.config).to_dict(), default=str)
        overrides: dict[str, object] = {}  # none: all is in the config
        return key_of(content, overrides, *self.after)

    @property
    def result(self) -> TrainingResult:
        """What it came to."""
        return TrainingResult(**json.loads((self.folder / RESULT).read_text()))

    def do(self, quiet: bool, lock: int) -> None:
        """Train, and write the result next to what the training leaves."""
        start = time.perf_counter()
        console = self.folder / CONSOLE
        unique = {key: uuid4().hex for key in ('experiment_name', 'visualizer.name')}
        with open(console, 'w') as file, redirect_stdout(file), redirect_stderr(file):
            try:
                runner = launch.train(str(self.config), work_dir=str(self.folder), cfg_options=unique)
            except Exception as error:
                traceback.print_exc()
                file.flush()
                raise StepFailed(f'Training {self.config} failed. {last_words(console)}') from error
        count = count_model(runner.model)
        accuracy = float(runner.message_hub.get_scalar('val/accuracy/top1').current())
        result = TrainingResult(accuracy, count.trained, count.total, time.perf_counter() - start)
        (self.folder / RESULT).write_text(json.dumps(asdict(result)))

    def reused(self) -> str:
        """Nothing: there are many."""
        return ''

    def started(self) -> str:
        """Nothing: it is short."""
        return ''

    def ended(self, seconds: float) -> str:
        """The accuracy, in a line."""
        result = self.result
        return f'   {self.title}: {result.accuracy:.1f} in {result.seconds:.0f} s'
