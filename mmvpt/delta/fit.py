"""Whether a delta fits a model: the one check, and its message."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from .format import StateDict

#: Lines that explain why a tensor, by its name, has another shape.
Explain = Callable[[str, tuple[int, ...]], list[str]]


def require_fit(expected: StateDict, given: StateDict, explain: Explain = lambda name, shape: []) -> None:
    """Refuse a delta that has other tensors than a model expects, naming every one of them.

    Args:
        expected: Tensors of the delta that the model would write.
        given: Tensors of the delta.
        explain: Called with the name and the given shape of a tensor of another shape.
    """
    lines = []
    if missing := sorted(expected.keys() - given.keys()):
        lines.append(f'Missing in the delta: {", ".join(missing)}.')
    if unexpected := sorted(given.keys() - expected.keys()):
        lines.append(f'Unknown to the model: {", ".join(unexpected)}.')
    for name in sorted(expected.keys() & given.keys()):
        found, wanted = tuple(given[name].shape), tuple(expected[name].shape)
        if found != wanted:
            lines.append(f'{name}: {found} in the delta, {wanted} in the model.')
            lines += explain(name, found)
    if lines:
        lines = ['The delta does not fit the model.', *lines, 'Use the config that the delta was trained with.']
        raise ValueError('\n'.join(lines))


def explain_classes(model: nn.Module, name: str, given: tuple[int, ...]) -> list[str]:
    """Say so if a shape differs because a head has another number of classes."""
    owners = [name.rsplit('.', depth)[0] for depth in range(1, name.count('.') + 1)]
    for owner in owners:
        classes = getattr(model.get_submodule(owner), 'num_classes', None)
        if classes is not None and given and given[0] != classes:
            return [f'  {owner} was trained for {given[0]} classes; this one has num_classes={classes}.']
    return []
