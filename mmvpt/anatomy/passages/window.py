"""Tokens in the windows of a Swin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from ..points import SizedTokens
from ..site import Block, Site
from .stream import Stream, TokenSource


class _WindowAttention(Protocol):
    """Attention with shifted windows."""

    drop: nn.Module


class _FeedForward(Protocol):
    """A feed-forward network that adds its input itself."""

    def __call__(self, x: Tensor, identity: Tensor) -> Tensor: ...


class _SwinBlock(Protocol):
    """What follows the attention in a block of a Swin, under the names that all hosts have."""

    attn: _WindowAttention
    norm2: nn.Module
    ffn: _FeedForward


@dataclass(eq=False)
class WindowStream(Stream):
    """A Swin's: every window of an image sees its tokens, and their outputs are averaged over the windows.

    The VPT paper says that patch mergings ignore prompts, so prompts end with their stage: the next is twice as wide.
    Through mergings they go as in the public code: the patches around a token are the token itself, and the frozen
    merging gives it the width of the next stage.
    """

    stages: Sequence[Sequence[Block]]
    mergings: Sequence[nn.Module]

    @property
    def last(self) -> Block:
        return self.stages[-1][-1]

    def carry(self, source: TokenSource, start: int = 0, through_mergings: bool = False) -> None:
        self.source = source
        numbers = [number for number, stage in enumerate(self.stages) for _ in stage][start:]
        end = len(self.stages) if through_mergings else numbers[0] + 1
        blocks = [block for stage in self.stages for block in stage][start:]
        blocks = [block for number, block in zip(numbers, blocks, strict=True) if number < end]
        self.reached = blocks[-1]
        blocks[0].before(self._start)
        for block in blocks:
            _WindowPassage(self, block).open()
        for merging in self.mergings[numbers[0] : end - 1]:
            _MergingPassage(self, merging).open()
        blocks[-1].after(self._stop)

    def _start(self, x: Tensor) -> Tensor:
        self.tokens = self._enter(len(x))
        return x

    def _stop(self, x: Tensor) -> Tensor:
        self._end()
        return x


@dataclass(eq=False)
class _WindowPassage:
    """Tokens in one block."""

    stream: WindowStream
    block: Block
    attended: Tensor | None = None

    def open(self) -> None:
        assert self.block.attention is not None
        Site(self.block.attention).before(self.join)
        Site(self.block.attention).after(self.part)
        self.block.after(self.leave)

    def join(self, windows: Tensor) -> Tensor:  # (B * windows, N, C)
        assert self.block.norm is not None
        tokens = self.block.norm(self.stream.travelling)
        return torch.cat([windows, tokens.repeat_interleave(len(windows) // len(tokens), dim=0)], dim=1)

    def part(self, windows: Tensor) -> Tensor:
        images, count, _ = self.stream.travelling.shape
        self.attended = windows[:, -count:].unflatten(0, (images, -1)).mean(1)
        return windows[:, :-count]

    def leave(self, x: Tensor) -> Tensor:
        block = cast(_SwinBlock, self.block.module)
        tokens = self.stream.travelling + block.attn.drop(self.attended)
        self.stream.tokens = block.ffn(block.norm2(tokens), identity=tokens)
        self.attended = None
        return x


@dataclass(eq=False)
class _MergingPassage:
    """Tokens in one patch merging."""

    stream: WindowStream
    merging: nn.Module

    def open(self) -> None:
        Site(self.merging).beside(self.leave)

    def leave(self, image: Tensor, output: SizedTokens) -> SizedTokens:
        tokens = self.stream.travelling
        patches = tokens.flatten(0, 1).unsqueeze(1).expand(-1, 4, -1)
        merged, _ = self.merging.forward(patches, (2, 2))  # past the hooks, which are meant for the image
        self.stream.tokens = merged.view(*tokens.shape[:2], -1)
        return output
