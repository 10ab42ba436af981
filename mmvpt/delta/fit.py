"""Whether a delta fits a model."""

from __future__ import annotations

from torch import nn

from mmvpt.models.parts import tuned_backbones

from .format import StateDict
from .state import delta_state_dict


def check_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Refuse a delta that is unlike what the model expects, naming every key and shape."""
    expected = delta_state_dict(model, dict.fromkeys(tuned_backbones(model), '00' * 32))
    lines = []
    if missing := sorted(expected.keys() - state_dict.keys()):
        lines.append(f'Missing in the delta: {", ".join(missing)}.')
    if unexpected := sorted(state_dict.keys() - expected.keys()):
        lines.append(f'Unknown to the model: {", ".join(unexpected)}.')
    for name in sorted(expected.keys() & state_dict.keys()):
        given, wanted = tuple(state_dict[name].shape), tuple(expected[name].shape)
        if given != wanted:
            lines.append(f'{name}: {given} in the delta, {wanted} in the model.')
            lines += _explain_classes(model, name, given)
    if lines:
        lines = [
            'The delta does not fit the model.',
            *lines,
            'Use the config that the delta was trained with.',
        ]
        raise ValueError('\n'.join(lines))


def _explain_classes(model: nn.Module, name: str, given: tuple[int, ...]) -> list[str]:
    """Say so if a shape differs because a head has another number of classes."""
    owners = [name.rsplit('.', depth)[0] for depth in range(1, name.count('.') + 1)]
    for owner in owners:
        classes = getattr(model.get_submodule(owner), 'num_classes', None)
        if classes is not None and given and given[0] != classes:
            return [f'  {owner} was trained for {given[0]} classes; this one has num_classes={classes}.']
    return []
