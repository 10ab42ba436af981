"""Adapter: a bottleneck after each feed-forward network (https://arxiv.org/abs/2005.00247)."""

from __future__ import annotations

from mmengine.model import ModuleList

from mmvpt.anatomy import Anatomy, Site
from mmvpt.layers.bottleneck import Bottleneck
from mmvpt.registry import MODELS

from .base import Tuner


@MODELS.register_module()
class Adapter(Tuner):
    """A bottleneck after each feed-forward network, before the residual sum: h + y + up(GELU(down(y))).

    It starts as the identity and learns: ``down`` is drawn at random, ``up`` is zero, so the first step moves ``up``
    and all further ones both.

    Args:
        reduction: A block of width d gets d // reduction channels in the middle. The VPT paper tries 8, 64 and 256.
        compat: Start as the public code of VPT does, with all parameters at zero. Then the gradients of both weights
            are zero for ever, and so is that of the bias of ``down``: only the bias of ``up`` ever moves, d numbers a
            block, whatever the reduction. For comparison with its published numbers.
    """

    def __init__(self, reduction: int = 8, compat: bool = False, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if reduction < 1:
            raise ValueError(f'reduction must be 1 or more, got {reduction}. The VPT paper tries 8, 64 and 256.')
        self.reduction = reduction
        self.compat = compat

    def attach(self, anatomy: Anatomy) -> None:
        blocks = anatomy.ffn_blocks(self)
        narrowest = min(block.dim for block in blocks)
        if self.reduction > narrowest:
            raise ValueError(
                f'Adapter(reduction={self.reduction}) leaves no channel in the middle: a block of '
                f'{type(anatomy.backbone).__name__} has {narrowest} channels. Take a reduction of at most {narrowest}.'
            )
        self.adapters = ModuleList(Bottleneck(block.dim, block.dim // self.reduction, self.compat) for block in blocks)
        for block, adapter in zip(blocks, self.adapters, strict=True):
            assert block.ffn is not None
            Site(block.ffn).after(adapter)
