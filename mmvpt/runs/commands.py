"""Steps that are commands of ours, as a user would type them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

from mmvpt.config.find import PREFIX
from mmvpt.config.open import open_config

from .steps import Step

#: Values by dotted key, as ``--cfg-options`` takes them.
Overrides = Mapping[str, object]
#: Threads take turns: CPython 3.11 stumbles over two that parse at once.
_PARSING = Lock()


def verb_command(verb: str, *arguments: str, processes: int = 1) -> tuple[str, ...]:
    """Return the command that runs a verb of ours, as a user would type it.

    Args:
        verb: What ``python -m mmvpt`` is asked to do.
        arguments: What follows the verb.
        processes: How many run it together, connected by torchrun.
    """
    if processes == 1:
        return sys.executable, '-m', 'mmvpt', verb, *arguments
    torchrun = ('-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', str(processes))
    return sys.executable, *torchrun, '-m', 'mmvpt', verb, '--launcher', 'pytorch', *arguments


def training_step(
    title: str,
    config: str,
    folder: Path,
    overrides: Overrides,
    after: Sequence[str] = (),
    *,
    validate: bool = True,
    processes: int = 1,
) -> Step:
    """A run of ``mmvpt train``, which resumes itself.

    Args:
        title: What to call it.
        config: Name of one of our configs, or a path.
        folder: Where it goes.
        overrides: Of the config.
        after: Keys of the earlier work whose results it takes.
        validate: Whether it evaluates too.
        processes: How many train together.
    """
    flags = ('--resume',) if validate else ('--resume', '--no-validate')
    arguments = (as_typed(config), '--work-dir', str(folder), *flags, *cfg_options(overrides))
    return Step(title, folder, verb_command('train', *arguments, processes=processes), inputs(config, after))


def evaluation_step(
    title: str,
    config: str,
    delta: Path,
    overrides: Overrides,
    training: Step,
    keep: str | None,
    processes: int = 1,
) -> Step:
    """A run of ``mmvpt test``, in a folder next to that of the training.

    Args:
        title: What to call it.
        config: Name of one of our configs, or a path.
        delta: What the training left.
        overrides: Of the config.
        training: The step that left the delta.
        keep: Name of what keeps the predictions, in the folder of the evaluation.
        processes: How many evaluate together.
    """
    folder = training.folder.with_name(training.folder.name + '_test')
    out = ('--out', str(folder / keep)) if keep else ()
    arguments = (as_typed(config), str(delta), '--work-dir', str(folder), *out, *cfg_options(overrides))
    return Step(title, folder, verb_command('test', *arguments, processes=processes), inputs(config, [training.key]))


def cfg_options(overrides: Overrides) -> tuple[str, ...]:
    """Overrides of a config as arguments of a command."""
    return ('--cfg-options', *(f'{key}={value}' for key, value in overrides.items()))


def as_typed(config: str) -> str:
    """A config as a user types it: a path, or the name of one of ours."""
    return near(Path(config)) if os.path.isabs(config) else f'{PREFIX}{config}'


def near(path: Path) -> str:
    """The path as a user in this folder would type it; an editable install leads to the checkout."""
    path = path.resolve()
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def inputs(config: str, after: Sequence[str]) -> tuple[str, ...]:
    """What decides a result besides the command."""
    with _PARSING:
        content = open_config(as_typed(config)).to_dict()
    return (json.dumps(content, default=str), *after)
