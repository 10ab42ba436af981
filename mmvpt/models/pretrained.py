"""The pretrained file of an ``init_cfg``, read and loaded strictly."""

from __future__ import annotations

from typing import Any

from mmengine.logging import print_log
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

from mmvpt.checkpoint import load_matching


def load_pretrained(
    backbone: nn.Module, checkpoint: str, prefix: str | None = None, map_location: str = 'cpu', **options: Any
) -> None:
    """Load a file into a backbone and report what matched; too few keys are an error.

    Args:
        prefix: What stands before the names of the backbone in the file.
        **options: ``resize`` and ``optional`` of :func:`mmvpt.checkpoint.load_matching`.
    """
    state = CheckpointLoader.load_checkpoint(checkpoint, map_location, logger='current')
    state = state.get('state_dict', state)
    if prefix:
        prefix = prefix.rstrip('.') + '.'
        inside = {name.removeprefix(prefix): t for name, t in state.items() if name.startswith(prefix)}
        if not inside:
            found = sorted({name.partition('.')[0] for name in state})
            raise ValueError(f'No key of {checkpoint} starts with prefix={prefix!r}. Its keys start with: {found}.')
        state = inside
    report = load_matching(backbone, state, source=checkpoint, **options)
    print_log(f'Base from {checkpoint}:\n{report}', 'current')


def split_init_cfg(init_cfg: Any) -> tuple[dict, Any]:
    """Take the pretrained file out of an ``init_cfg``: its arguments, and the rest."""
    every = [init_cfg] if isinstance(init_cfg, dict) else list(init_cfg or [])
    pretrained = [cfg for cfg in every if cfg['type'] == 'Pretrained']
    others = [cfg for cfg in every if cfg['type'] != 'Pretrained']
    arguments = {key: value for cfg in pretrained for key, value in cfg.items() if key != 'type'}
    return arguments, others or None
