"""The parts of a model with a tuned backbone, and how its parameters are named by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from torch import nn

from mmvpt.delta.module import delta_modules
from mmvpt.models import TunedBackbone
from mmvpt.models.bindings import format_bindings


def has_tuned_backbone(model: nn.Module) -> bool:
    """Tell whether anything of a model is tuned."""
    return any(isinstance(module, TunedBackbone) for module in model.modules())


def tuned_backbones(model: nn.Module) -> dict[str, TunedBackbone]:
    """Every tuned backbone of a model by its prefix in the state dict, such as ``'backbone.'``."""
    return {prefix: module for prefix, module in delta_modules(model).items() if isinstance(module, TunedBackbone)}


def describe_bindings(model: nn.Module, limit: int | None = None) -> str:
    """What tuners did to each tuned backbone of a model, as tables.

    Args:
        limit: How many rows of a table are printed; None prints all.
    """
    tables = {prefix: format_bindings(tuned.bindings(), limit) for prefix, tuned in tuned_backbones(model).items()}
    return '\n'.join(f'{prefix.rstrip(".") or "the model"}:\n{table}' for prefix, table in tables.items())


def count_parameters(model: nn.Module, part: Callable[[str], str]) -> dict[str, tuple[int, int]]:
    """Trained and total parameters of each part, which is told from the name of a parameter."""
    counts: dict[str, tuple[int, int]] = {}
    for name, param in model.named_parameters():
        trained, total = counts.get(part(name), (0, 0))
        counts[part(name)] = trained + param.numel() * param.requires_grad, total + param.numel()
    return counts


def part_of(name: str, prefixes: Iterable[str]) -> str:
    """Say whether a parameter is of a tuner, of a backbone, or of the head: everything else."""
    for prefix in prefixes:
        if name.startswith(prefix):
            return name.removeprefix(prefix).partition('.')[0]
    return 'head'


def group_of(name: str, prefixes: Iterable[str]) -> str:
    """Name the group that moves as one: a tuner's own children, children of the base, layers of a head.

    ``backbone.tuner.prompts.3`` is of ``backbone.tuner.prompts``, ``auxiliary_head.0.conv_seg.bias`` of
    ``auxiliary_head.0.conv_seg``.
    """
    prefix = next((prefix for prefix in prefixes if name.startswith(prefix)), '')
    words = 0
    group = []
    for segment in name.removeprefix(prefix).split('.'):
        group.append(segment)
        words += not segment.isdigit()
        if words == 2:
            break
    return prefix + '.'.join(group)
