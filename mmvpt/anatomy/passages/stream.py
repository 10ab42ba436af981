"""Tokens that travel with those of the image, from one block to another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..site import Block, Site

#: Given the batch size, returns the tokens (B, P, C) that enter the first block.
TokenSource = Callable[[int], Tensor]

#: Pools that a classifier can read, by name: of the patches, of what the last block made of the prompts.
POOLS = {'image': (True, False), 'prompt': (False, True), 'global': (True, True)}


@dataclass(eq=False, kw_only=True)
class Stream(ABC):
    """Tokens on their way through the blocks; nothing outside the blocks sees them, unless they are pooled.

    Args:
        norm: What all tokens pass behind the last block, None where nothing is there.
        extra: How many tokens of the image (class, distillation, registers) are not patches; they come first.
        source: Makes the tokens.
        tokens: Those between two blocks, or inside one.
        pooling: The pool that a classifier reads, None for the backbone's own.
        reached: The last block that tokens pass.
    """

    norm: nn.Module | None = None
    extra: int = 0
    source: TokenSource | None = None
    tokens: Tensor | None = None
    pooling: str | None = None
    reached: Block | None = None

    @abstractmethod
    def carry(self, source: TokenSource, start: int = 0, through_mergings: bool = False) -> None:
        """Let tokens enter a block (negative counts from the last) and travel on, up to a merging or beyond."""

    @property
    @abstractmethod
    def last(self) -> Block:
        """The last block."""

    @property
    def travelling(self) -> Tensor:
        """The tokens, while there are some."""
        assert self.tokens is not None
        return self.tokens

    def pool(self, pooling: str) -> None:
        """Let a classifier read another pool than the backbone's own: class token and mean of the patches become it.

        Call it after :meth:`carry`.
        """
        if POOLS[pooling][1] and self.reached is not self.last:
            raise ValueError(
                f'pool={pooling!r} needs prompts in the last block, and none pass it. Let deep prompts end there '
                '(end=None) or travel on (travel=True), those of a Swin through mergings (through_mergings=True), or '
                "take pool='image'."
            )
        self.pooling = pooling
        where = self.last if self.norm is None else Site(self.norm)
        where.after(self._pool)

    def _pool(self, x: Tensor) -> Tensor:
        assert self.pooling is not None
        tokens, self.tokens = self.tokens, None
        if tokens is not None and self.norm is not None:
            tokens = self.norm.forward(tokens)  # past the hooks, which are meant for the image
        patches = x[:, self.extra :]
        parts = [part for part, wanted in zip((patches, tokens), POOLS[self.pooling], strict=True) if wanted]
        pooled = torch.cat([part for part in parts if part is not None], dim=1).mean(1, keepdim=True)
        patches = patches + (pooled - patches.mean(1, keepdim=True))
        return torch.cat([pooled.expand(-1, self.extra, -1), patches], dim=1)

    def _enter(self, batch: int) -> Tensor:
        assert self.source is not None
        return self.source(batch)

    def _end(self) -> None:
        """Drop the tokens, unless a pool reads them."""
        if self.pooling is None or not POOLS[self.pooling][1]:
            self.tokens = None
