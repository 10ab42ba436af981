"""One place in a comparison, and one training of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mmvpt.runs.commands import Overrides

#: Values that replace those of a config, by dotted key.
Setting = tuple[tuple[str, object], ...]
LEARNING_RATE = 'optim_wrapper.optimizer.lr'


@dataclass(frozen=True)
class Trial:
    """A method for a task, from a base, with a setting."""

    base: str
    task: str
    method: str
    setting: Setting = ()

    @property
    def suffix(self) -> str:
        """The setting as a part of a file name."""
        return ''.join(f'_{short_name(key)}{value}' for key, value in self.setting)


@dataclass(frozen=True)
class Job:
    """One training of a trial: all that ``Protocol.train`` has to know.

    Args:
        title: What it is called in messages.
        config: Name of one of our configs, or the path of one that was written for this job.
        folder: Where its results go.
        seed: Of the training.
        overrides: Of the config; what was written for the job has them already.
        after: Key of the pretraining whose base it takes.
        quiet: Whether to say little, as others run at the same time.
    """

    title: str
    config: str
    folder: Path
    seed: int
    overrides: Overrides
    after: tuple[str, ...]
    quiet: bool


def short_names(setting: Setting) -> list[str]:
    """The last parts of the keys of a setting, or the last two of those that end alike."""
    last = [short_name(key) for key, _ in setting]
    return [
        name if last.count(name) == 1 else '.'.join(key.split('.')[-2:])
        for name, (key, _) in zip(last, setting, strict=True)
    ]


def short_name(key: str) -> str:
    """The last part of a dotted key."""
    return key.rpartition('.')[2]
