"""A run that goes on, compared with its start."""

from __future__ import annotations

from mmengine.config import Config

from mmvpt.config.check_resume import changes_since, refuse_another_run
from mmvpt.config.written import read_written
from mmvpt.files.read import read_checkpoint
from mmvpt.text.once import say


def check_resumed(config: Config, checkpoint: str, allow_changes: bool = False) -> None:
    """Say what a config changes against the run that a checkpoint is of; refuse what makes it another run.

    Args:
        config: That the run is to go on with.
        checkpoint: A resume file, with the config of its run in it.
        allow_changes: Whether to go on all the same.
    """
    meta = read_checkpoint(checkpoint).get('meta', {}) if '://' not in checkpoint else {}
    text = meta.get('cfg')
    if not isinstance(text, str):
        return
    try:
        before = read_written(text)
    except SyntaxError:
        say(f'The config in {checkpoint} cannot be read, so nobody compares it with this one.')
        return
    changes = changes_since(before, config.to_dict())
    if not allow_changes:
        refuse_another_run(changes, checkpoint)
    for change in changes:
        say(f'Resuming with {change}.')
