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
from .log import read_log


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
        return seconds_of(self.training)

    @property
    def minutes(self) -> float:
        """How long all iterations of the training took, at that pace."""
        steps = max(entry['step'] for entry in read_log(self.training) if 'loss' in entry)
        return self.seconds_per_iteration * steps / 60

    def count(self) -> Count:
        """Count the parameters of the model."""
        (config,) = self.training.glob('*.py')  # as MMEngine left it
        return count_config(str(config))


def seconds_of(training: Path) -> float:
    """Median time of an iteration of a training, from its folder."""
    return median(entry['time'] for entry in read_log(training) if 'loss' in entry)


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
