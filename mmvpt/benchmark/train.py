"""Ways to train and evaluate one job of a protocol."""

from __future__ import annotations

from pathlib import Path

from mmvpt.runs.in_process import InProcessTraining, TrainingResult
from mmvpt.runs.run import Run, train_and_test

from .trial import Job

SEED = 'randomness.seed'


def train_by_commands(job: Job, *, keep: str | None = None, validate: bool = False) -> Run:
    """Train and test in processes of their own, by the commands that a user would type.

    Args:
        job: What to train.
        keep: Name of what keeps the predictions, in the folder of the evaluation.
        validate: Whether the training evaluates too.
    """
    overrides = {SEED: job.seed, **job.overrides}
    return train_and_test(
        job.title, job.config, job.folder, overrides, job.after, keep=keep, validate=validate, quiet=job.quiet
    )


def train_in_process(job: Job) -> TrainingResult:
    """Train a classifier in this process; its last validation judges it."""
    training = InProcessTraining(job.title, job.folder, Path(job.config), job.after)
    training.run()
    return training.result
