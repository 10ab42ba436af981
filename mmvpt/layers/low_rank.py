"""Low-rank updates of linear layers, as LoRA has them (https://arxiv.org/abs/2106.09685)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule, ModuleDict
from torch import Tensor, nn

from .acts import swap_class


class Factors(BaseModule):
    """Two thin matrices, up(down(x)), whose product is zero at the start."""

    def __init__(self, in_features: int, out_features: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.empty(rank, in_features))
        self.up = nn.Parameter(torch.empty(out_features, rank))
        self.reset()

    def reset(self) -> None:
        """Initialise both again."""
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        nn.init.zeros_(self.up)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(F.linear(x, self.down), self.up)


class LowRank(BaseModule):
    """An update of a linear layer: W x + alpha / rank * up(down(x)).

    Args:
        in_features: Of the layer.
        out_features: Of the layer.
        rank: Width between the two factors.
        alpha: Weight of the update, times the rank.
        dropout: Share of what the update reads that is dropped in training; the layer itself reads all.
        parts: Which of its parts are updated, each by factors of its own.
        num_parts: Equal parts of the layer's output, such as the queries, keys and values of a fused projection.
    """

    merged: Tensor | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        rank: int,
        alpha: float,
        dropout: float,
        parts: Sequence[int] = (0,),
        num_parts: int = 1,
    ) -> None:
        super().__init__()
        self.scale = alpha / rank
        self.num_parts = num_parts
        self.dropout = nn.Dropout(dropout)
        width = out_features // num_parts
        self.factors = ModuleDict({str(part): Factors(in_features, width, rank) for part in parts})
        self.register_buffer('merged', None, persistent=False)

    def forward(self, x: Tensor, outputs: Sequence[Tensor], start: int = 0) -> list[Tensor]:
        """Add the update to ``outputs``, the layer's output in parts; ``start`` is the index of the first."""
        if self.merged is not None:
            return list(outputs)
        x = self.dropout(x)
        return [self._add(str(part), x, output) for part, output in enumerate(outputs, start)]

    def _add(self, part: str, x: Tensor, output: Tensor) -> Tensor:
        return output.add(self.factors[part](x), alpha=self.scale) if part in self.factors else output

    def weight(self, weight: Tensor) -> Tensor:
        """Return the weight to use: the layer's own, or the folded one."""
        return weight if self.merged is None else self.merged

    @torch.no_grad()
    def merge(self, weight: Tensor) -> Tensor:
        """One weight that computes what layer and update do together, in eval mode."""
        merged = weight.detach().clone()
        parts = merged.chunk(self.num_parts)
        for part, factors in self.factors.items():
            parts[int(part)].add_(factors.up @ factors.down, alpha=self.scale)
        return merged


class Updatable:
    """Mix-in for modules that apply a weight which may have updates."""

    updates: list[LowRank]  # in a list, so that they are no children and no key of a state dict changes

    def own_weight(self) -> Tensor:
        """The weight that updates add to."""
        raise NotImplementedError

    def weight_in_use(self) -> Tensor:
        """The weight that updates add to, or what was folded into it."""
        weight = self.own_weight()
        for update in self.updates:
            weight = update.weight(weight)
        return weight


class UpdatableLinear(Updatable, nn.Linear):
    """A linear layer that may have updates."""

    def own_weight(self) -> Tensor:
        return self.weight

    def forward(self, x: Tensor) -> Tensor:
        outputs = [F.linear(x, self.weight_in_use(), self.bias)]
        for update in self.updates:
            outputs = update(x, outputs)
        return outputs[0]


def adopt_linear(linear: nn.Linear) -> UpdatableLinear:
    """Let a linear layer have updates, in place; no weight moves and no key of a state dict changes."""
    if not isinstance(linear, UpdatableLinear):
        swap_class(linear, UpdatableLinear, updates=[])
    return cast(UpdatableLinear, linear)
