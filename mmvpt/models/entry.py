"""Where in a frozen backbone tuning begins, and starting the backbone there.

What enters the first tuned block is the same for an image in every epoch. Whoever has kept it can leave out all blocks
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mmvpt.layers.acts import Unfrozen

from .tuned_backbone import TunedBackbone


@dataclass(eq=False)
class Entry:
    """The first tuned block of a backbone that has frozen ones before it.

    Args:
        tuned: The backbone.
        number: How many blocks come before.
    """

    tuned: TunedBackbone
    number: int

    @property
    def block(self) -> nn.Module:
        """The block."""
        return self.tuned.attachment.blocks[self.number]

    @torch.no_grad()
    def read(self, images: Tensor) -> Tensor:
        """What enters the block, of preprocessed images."""
        found: list[Tensor] = []
        handle = self.block.register_forward_pre_hook(lambda _, args: found.append(args[0]), prepend=True)
        try:
            self.tuned(images)
        finally:
            handle.remove()
        return found[0].clone()

    @contextmanager
    def fed(self, source: Callable[[], Tensor]) -> Iterator[None]:
        """Let the source give what enters the block; the blocks before pass on what they get, and compute nothing."""

        def enter(_: nn.Module, args: tuple) -> tuple:
            return source(), *args[1:]

        skipped = self.tuned.attachment.blocks[: self.number]
        handle = self.block.register_forward_pre_hook(enter, prepend=True)  # before what a tuner does there
        for block in skipped:
            block.forward = _pass_on  # type: ignore[method-assign]
        try:
            yield
        finally:
            handle.remove()
            for block in skipped:
                del block.forward


def entry_of(tuned: TunedBackbone) -> Entry | None:
    """The entry of a backbone; None where something is tuned in its first block or outside of all.

    Where nothing but its last norms is tuned, or nothing at all, it is the last block.
    """
    blocks = tuned.attachment.blocks
    if not blocks:
        return None
    places = {module: number for number, block in enumerate(blocks) for module in block.modules()}
    places |= {module: len(blocks) - 1 for norm in tuned.attachment.norms for module in norm.modules()}
    touched = [places.get(module, 0) for module in _touched(tuned)]
    number = min([*touched, len(blocks) - 1])
    return Entry(tuned, number) if number else None


def _touched(tuned: TunedBackbone) -> Iterator[nn.Module]:
    """Modules of the backbone that tuners act on, or whose parameters they train."""
    for act in tuned.attachment.acts:
        if act.tuner is None:
            continue
        if not isinstance(act, Unfrozen):
            yield act.module
        elif isinstance(act.by, nn.Module):
            yield from (module for module in act.by.modules() if module._parameters or module._buffers)
        else:
            yield from (module for module in tuned.backbone.modules() if _owns(module, act.by))


def _owns(module: nn.Module, param: nn.Parameter) -> bool:
    return any(one is param for one in module._parameters.values())


def _pass_on(x: Any, *_: object, **__: object) -> Any:
    return x
