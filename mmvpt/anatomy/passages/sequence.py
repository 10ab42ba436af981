"""Tokens in the sequence of a ViT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..site import Block
from .stream import Stream, TokenSource


@dataclass(eq=False)
class SequenceStream(Stream):
    """A ViT's: tokens are appended before each block and taken off after it."""

    blocks: Sequence[Block]

    @property
    def last(self) -> Block:
        return self.blocks[-1]

    def carry(self, source: TokenSource, start: int = 0, through_mergings: bool = False) -> None:
        if any(block.fixed_length for block in self.blocks):
            tuner = type(getattr(source, '__self__', source)).__name__
            raise TypeError(
                f'{tuner} adds tokens to the sequence, and this backbone has a position bias for each pair of its own, '
                'so it cannot grow by prompts. Use DeepPrompts (with travel=False and no pool of prompts), build it '
                'with use_rel_pos_bias=False, or take any other ViT or a Swin.'
            )
        self.source = source
        blocks = self.blocks[start:]  # there are no mergings between them
        self.reached = blocks[-1]
        inner = len(blocks) - 1
        for enter, block in zip([self._start, *[self._join] * inner], blocks, strict=True):
            block.before(enter)
        for leave, block in zip([*[self._split] * inner, self._stop], blocks, strict=True):
            block.after(leave)

    def _start(self, x: Tensor) -> Tensor:
        self.tokens = self._enter(len(x))
        return self._join(x)

    def _join(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.travelling], dim=1)

    def _split(self, x: Tensor) -> Tensor:
        count = self.travelling.shape[1]
        self.tokens = x[:, -count:]
        return x[:, :-count]

    def _stop(self, x: Tensor) -> Tensor:
        x = self._split(x)
        self._end()
        return x
