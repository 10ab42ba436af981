"""Whether a delta fits a model: the one check, and its message."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Size, nn

from mmvpt.text.shorten import shorten

from .format import StateDict

#: Names, and lines, that a message has at most.
LISTED = 40
#: A model takes any of these for another of them.
FLOATS = {torch.float16, torch.bfloat16, torch.float32, torch.float64}


def require_fit(model: nn.Module, expected: StateDict, given: StateDict, prefix: str = '') -> None:
    """Refuse a delta that is unlike what a model expects, naming every tensor.

    Args:
        model: The model, which may know why a shape differs.
        expected: The delta that the model would write.
        given: The delta.
        prefix: What stands before the names of the model in both.
    """
    lines = []
    if missing := sorted(expected.keys() - given.keys()):
        lines.append(f'Missing in the delta: {shorten(missing, LISTED)}.')
    if unexpected := sorted(given.keys() - expected.keys()):
        lines.append(f'Unknown to the model: {shorten(unexpected, LISTED)}.')
    for name in sorted(expected.keys() & given.keys()):
        found, wanted = given[name], expected[name]
        if found.shape != wanted.shape:
            lines.append(f'{name}: {tuple(found.shape)} in the delta, {tuple(wanted.shape)} in the model.')
            lines += _explain_classes(model, name, prefix, found.shape, wanted.shape)
        elif found.dtype != wanted.dtype and not {found.dtype, wanted.dtype} <= FLOATS:
            lines.append(f'{name}: {found.dtype} in the delta, {wanted.dtype} in the model.')
    if len(lines) > LISTED:
        lines = [*lines[:LISTED], f'And {len(lines) - LISTED} lines more.']
    if lines:
        lines = ['The delta does not fit the model.', *lines, 'Use the config that the delta was trained with.']
        raise ValueError('\n'.join(lines))


def _explain_classes(model: nn.Module, name: str, prefix: str, found: Size, wanted: Size) -> Iterator[str]:
    """Say so if a shape differs by the number of classes; detectors have one more, for the background."""
    parts = name.removeprefix(prefix).split('.')
    for depth in range(len(parts) - 1, 0, -1):
        head = '.'.join(parts[:depth])
        classes = getattr(model.get_submodule(head), 'num_classes', None)
        if not isinstance(classes, int) or not found or not wanted:
            continue
        background = wanted[0] - classes
        if background in (0, 1) and found[0] != wanted[0]:
            trained = found[0] - background
            yield f'  {prefix}{head} was trained for {trained} classes; this one has num_classes={classes}.'
            return
