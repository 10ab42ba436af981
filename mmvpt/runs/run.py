"""A training and its evaluation, by the commands that a user would type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mmvpt.analysis.count import Count, count_config

from .commands import Overrides, evaluation_step, training_step
from .last import last_checkpoint


@dataclass(frozen=True)
class Run:
    """What one training and its evaluation left behind."""

    delta: Path
    training: Path
    evaluation: Path

    @property
    def metrics(self) -> dict[str, float]:
        """What the evaluation found for the delta."""
        newest = max(self.evaluation.glob('*/*.json'))
        return json.loads(newest.read_text())

    @property
    def seconds_per_iteration(self) -> float:
        """Median over the training."""
        return median(entry['time'] for entry in self._log())

    @property
    def minutes(self) -> float:
        """How long all iterations of the training took, at that pace."""
        return self.seconds_per_iteration * max(entry['step'] for entry in self._log()) / 60

    def count(self) -> Count:
        """Count the parameters of the model."""
        (config,) = self.training.glob('*.py')  # as MMEngine left it
        return count_config(str(config))

    def _log(self) -> list[dict[str, float]]:
        logs = self.training.glob('*/vis_data/scalars.json')
        entries = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
        return [entry for entry in entries if 'loss' in entry]


def train_and_test(
    title: str,
    config: str,
    folder: Path,
    overrides: Overrides,
    after: Sequence[str] = (),
    *,
    keep: str | None = None,
    validate: bool = True,
    processes: int = 1,
    quiet: bool = False,
) -> Run:
    """Train, and evaluate the delta that this leaves.

    Args:
        title: What to call it.
        config: Name of one of our configs, or a path.
        folder: Where the training goes; the evaluation goes next to it.
        overrides: Of the config, for both.
        after: Keys of the earlier work whose results the training takes.
        keep: Name of what keeps the predictions, in the folder of the evaluation.
        validate: Whether the training evaluates too.
        processes: How many train and evaluate together.
        quiet: Whether to say no more than when a step starts and ends.
    """
    training = training_step(
        f'Training {title}', config, folder, overrides, after, validate=validate, processes=processes
    )
    training.run(quiet=quiet)
    delta = last_checkpoint(folder).with_suffix('.safetensors')
    evaluation = evaluation_step(f'Evaluating {title}', config, delta, overrides, training, keep, processes)
    evaluation.run(quiet=quiet)
    return Run(delta, folder, evaluation.folder)
