"""LoRA: low-rank updates of linear layers (https://arxiv.org/abs/2106.09685)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.model import ModuleList
from torch import nn

from mmvpt.anatomy import Anatomy, Block, adopt
from mmvpt.layers.low_rank import LowRank, Updatable, adopt_linear
from mmvpt.registry import MODELS

from .base import Tuner

TARGETS = ('q', 'k', 'v', 'out', 'ffn')


@MODELS.register_module()
class LoRA(Tuner):
    """Low-rank updates of the linear layers of each block: W x + alpha / rank * B A x.

    A is drawn at random and B is zero, so it starts as the plain backbone, and A follows from the second step on.
    Prompts of other tuners meet the updated projections too.

    Folded, each layer applies W + alpha / rank * B A, and inference costs what the plain backbone's does; W itself
    stays as it is next to it. ``tools/merge_delta.py --plain`` writes the sum for good.

    Args:
        rank: Width between A and B.
        alpha: The update is weighed by alpha / rank.
        dropout: Share of the elements that A does not see in training.
        targets: What is updated in each block: projections to queries ``q``, keys ``k`` and values ``v``, the
            projection behind the attention ``out``, and the feed-forward network's layers ``ffn``. ``all-linear`` is
            all of them.
    """

    def __init__(
        self,
        rank: int = 8,
        alpha: float = 8.0,
        dropout: float = 0.0,
        targets: Sequence[str] | str = ('q', 'v'),
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        chosen = TARGETS if targets == 'all-linear' else tuple(targets)
        _check(rank, alpha, dropout, chosen)
        self.rank = rank
        self.targets = chosen
        self.alpha = alpha
        self.dropout = dropout

    def attach(self, anatomy: Anatomy) -> None:
        blocks = anatomy.attention_blocks(self)
        anatomy.claim('updates of its weights', self)
        self.updates = ModuleList()
        self._owners: list[Updatable] = []
        parts = ['qkv'.index(target) for target in self.targets if target in 'qkv']
        for block in blocks:
            separate = adopt(block.attention).separate_projections()
            if parts and separate is None:
                self._update(adopt(block.attention), parts, num_parts=3)
            projections = [separate[part] for part in parts] if separate else []
            for linear in [*projections, *self._linears(block)]:
                self._update(adopt_linear(linear))

    def _linears(self, block: Block) -> list[nn.Linear]:
        """Layers of a block that are targets, those to queries, keys and values aside."""
        out = [adopt(block.attention).output_projection] if 'out' in self.targets else []
        if 'ffn' not in self.targets:
            return out
        assert block.attention is not None
        attention = set(block.attention.modules())
        linears = (module for module in block.module.modules() if isinstance(module, nn.Linear))
        return out + [linear for linear in linears if linear not in attention]

    def _update(self, owner: Updatable, parts: Sequence[int] = (0,), num_parts: int = 1) -> None:
        rows, columns = owner.own_weight().shape
        narrowest = min(rows // num_parts, columns)
        if self.rank > narrowest:
            raise ValueError(
                f'LoRA(rank={self.rank}) is no low rank for a layer of width {narrowest}. Take a rank of at most '
                f'{narrowest}, and far fewer to save anything.'
            )
        update = LowRank(columns, rows, self.rank, self.alpha, self.dropout, parts, num_parts)
        self.updates.append(update)
        self._owners.append(owner)
        owner.updates.append(update)

    def fold(self) -> None:
        for update, owner in zip(self.updates, self._owners, strict=True):
            update.merged = update.merge(owner.own_weight())

    def unfold(self) -> None:
        for update in self.updates:
            update.merged = None

    @torch.no_grad()
    def merge(self) -> None:
        self.unfold()
        for update, owner in zip(self.updates, self._owners, strict=True):
            weight = owner.own_weight()
            weight.copy_(update.merge(weight))
            for factors in update.factors.values():
                factors.up.zero_()


def _check(rank: int, alpha: float, dropout: float, targets: Sequence[str]) -> None:
    if rank < 1:
        raise ValueError(f'rank must be 1 or more, got {rank}. To update nothing, use LinearProbe.')
    if alpha <= 0:
        raise ValueError(f'alpha must be positive, got {alpha}: the update is weighed by alpha / rank.')
    if not 0 <= dropout < 1:
        raise ValueError(f'dropout must be in [0, 1), got {dropout}.')
    if not targets or set(targets) - set(TARGETS):
        raise ValueError(
            f"targets={targets!r} of LoRA. Give some of {', '.join(TARGETS)} in a list, or 'all-linear' for all."
        )
