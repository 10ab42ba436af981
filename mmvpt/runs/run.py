"""A training and its evaluation, by the commands that a user would type."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Lock

from mmvpt.analysis.count import Count, count_config
from mmvpt.config.find import PREFIX
from mmvpt.config.open import open_config

from .steps import Step, verb_command

#: Threads take turns: CPython 3.11 stumbles over two that parse at once.
_PARSING = Lock()
#: Where a config of Shapes says which base it starts from.
BASE = 'model.backbone.backbone.init_cfg.checkpoint'


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

    def _log(self) -> list[dict]:
        logs = self.training.glob('*/vis_data/scalars.json')
        entries = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
        return [entry for entry in entries if 'loss' in entry]


def pretrain(title: str, config: str, folder: Path, seed: int, options: Sequence[str], quiet: bool = False) -> Step:
    """Train the base that methods share, and return the step that did it."""
    step = training_step(title, config, folder, [f'randomness.seed={seed}', *options])
    step.run(quiet=quiet)
    return step


def run_method(
    title: str,
    config: str,
    folder: Path,
    seed: int,
    options: Sequence[str],
    pretraining: Step,
    *,
    keep: str | None = None,
    validate: bool = True,
    quiet: bool = False,
) -> Run:
    """Train on the base of a pretraining, and evaluate the delta.

    Args:
        title: What to call it.
        config: Name of one of our configs.
        folder: Where the training goes; the evaluation goes beside it.
        seed: Of the training.
        options: More ``--cfg-options`` for both.
        pretraining: The step that left the base.
        keep: Name of what keeps the predictions, in the folder of the evaluation.
        validate: Whether the training evaluates too.
        quiet: Whether to say no more than when a step starts and ends.
    """
    base = f'{BASE}={last_checkpoint(pretraining.folder)}'
    options = [f'randomness.seed={seed}', base, *options]
    training = training_step(f'Training {title}', config, folder, options, pretraining, validate=validate)
    training.run(quiet=quiet)
    delta = last_checkpoint(training.folder).with_suffix('.safetensors')
    evaluation = evaluation_step(f'Evaluating {title}', config, delta, options, training, keep)
    evaluation.run(quiet=quiet)
    return Run(delta, training.folder, evaluation.folder)


def training_step(
    title: str,
    config: str,
    folder: Path,
    options: Sequence[str],
    *after: Step,
    validate: bool = True,
    processes: int = 1,
) -> Step:
    """A run of ``mmvpt train``, which resumes itself."""
    flags = ('--resume',) if validate else ('--resume', '--no-validate')
    arguments = (spell(config), '--work-dir', str(folder), *flags, '--cfg-options', *options)
    return Step(title, folder, verb_command('train', *arguments, processes=processes), inputs(config, after))


def evaluation_step(
    title: str,
    config: str,
    delta: Path,
    options: Sequence[str],
    training: Step,
    keep: str | None,
    processes: int = 1,
) -> Step:
    """A run of ``mmvpt test``."""
    folder = training.folder.with_name(training.folder.name + '_test')
    out = ('--out', str(folder / keep)) if keep else ()
    arguments = (spell(config), str(delta), '--work-dir', str(folder), *out, '--cfg-options', *options)
    return Step(title, folder, verb_command('test', *arguments, processes=processes), inputs(config, [training]))


def last_checkpoint(folder: Path) -> Path:
    """The file that the newest training in a folder ended with."""
    return Path((folder / 'last_checkpoint').read_text().strip())


def data_options(root: Path) -> list[str]:
    """Let a config read Shapes elsewhere."""
    return [f'{split}_dataloader.dataset.data_root={root}' for split in ('train', 'val', 'test')]


def spell(config: str) -> str:
    """A config as a user types it: a path, or the name of one of ours."""
    return near(Path(config)) if os.path.isabs(config) else f'{PREFIX}{config.removesuffix(".py")}'


def inputs(config: str, after: Sequence[Step]) -> tuple[str, ...]:
    """What decides a result beside the command."""
    with _PARSING:
        content = open_config(spell(config)).to_dict()
    return (json.dumps(content, default=str), *(step.key for step in after))


def near(path: Path) -> str:
    """The path as a user in this folder would type it; an editable install leads to the checkout."""
    path = path.resolve()
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
