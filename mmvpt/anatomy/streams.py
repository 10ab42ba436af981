"""How tokens travel through a backbone beside those of the image, from the first block to the last."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .base import Block, Site

#: Given the batch size, returns the tokens (B, P, C) that enter the first block.
Entry = Callable[[int], Tensor]

#: Pools that a classifier can read, by name: of the patches, of what the last block made of the prompts.
POOLS = {'image': (True, False), 'prompt': (False, True), 'global': (True, True)}


@dataclass(eq=False, kw_only=True)
class Stream(ABC):
    """Tokens on their way through the blocks; nothing outside the blocks meets them, unless they are pooled.

    Args:
        norm: What all tokens pass behind the last block, None where nothing is there.
        extra: How many tokens of the image (class, distillation, registers) are nobody's patch; they come first.
    """

    norm: nn.Module | None = None
    extra: int = 0
    entry: Entry | None = None
    tokens: Any = None  # those between two blocks, or inside one
    pooling: str | None = None
    reached: Block | None = None  # the last block that tokens pass

    @abstractmethod
    def carry(self, entry: Entry, start: int = 0, through_mergings: bool = False) -> None:
        """Let tokens enter a block (negative counts from the last) and travel on, up to a merging or beyond."""

    @property
    @abstractmethod
    def last(self) -> Block:
        """The last block."""

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
        pooled = torch.cat(parts, dim=1).mean(1, keepdim=True)
        patches = patches + (pooled - patches.mean(1, keepdim=True))
        return torch.cat([pooled.expand(-1, self.extra, -1), patches], dim=1)

    def _enter(self, batch: int) -> Tensor:
        assert self.entry is not None
        return self.entry(batch)

    def _end(self) -> None:
        """Let go of the tokens, unless a pool asks for them."""
        if self.pooling is None or not POOLS[self.pooling][1]:
            self.tokens = None


@dataclass(eq=False)
class SequenceStream(Stream):
    """A ViT's: tokens are appended before each block and taken off after it."""

    blocks: Sequence[Block]

    @property
    def last(self) -> Block:
        return self.blocks[-1]

    def carry(self, entry: Entry, start: int = 0, through_mergings: bool = False) -> None:
        if any(block.fixed_length for block in self.blocks):
            tuner = type(getattr(entry, '__self__', entry)).__name__
            raise TypeError(
                f'{tuner} adds tokens to the sequence, and this backbone has a position bias for each pair of its own, '
                'so it cannot grow by prompts. Use DeepPrompts (with travel=False and no pool of prompts), build it '
                'with use_rel_pos_bias=False, or take any other ViT or a Swin.'
            )
        self.entry = entry
        blocks = self.blocks[start:]  # there are no mergings between them
        self.reached = blocks[-1]
        inner = len(blocks) - 1
        for enter, block in zip([self._start, *[self._rejoin] * inner], blocks, strict=True):
            block.before(enter)
        for leave, block in zip([*[self._part] * inner, self._stop], blocks, strict=True):
            block.after(leave)

    def _start(self, x: Tensor) -> Tensor:
        self.tokens = self._enter(len(x))
        return self._rejoin(x)

    def _rejoin(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.tokens], dim=1)

    def _part(self, x: Tensor) -> Tensor:
        count = self.tokens.shape[1]
        self.tokens = x[:, -count:]
        return x[:, :-count]

    def _stop(self, x: Tensor) -> Tensor:
        x = self._part(x)
        self._end()
        return x


@dataclass(eq=False)
class WindowStream(Stream):
    """A Swin's: every window of an image sees its tokens, and what they become is averaged over the windows.

    The VPT paper says that patch mergings ignore prompts, so prompts end with their stage: the next is twice as wide.
    Through mergings they go as in the public code: the patches around a token are the token itself, and the frozen
    merging gives it the width of the next stage.
    """

    stages: Sequence[Sequence[Block]]
    mergings: Sequence[nn.Module]

    @property
    def last(self) -> Block:
        return self.stages[-1][-1]

    def carry(self, entry: Entry, start: int = 0, through_mergings: bool = False) -> None:
        self.entry = entry
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
    """Tokens in one block of a Swin."""

    stream: WindowStream
    block: Block
    attended: Any = None

    def open(self) -> None:
        assert self.block.attention is not None
        Site(self.block.attention).before(self.join)
        Site(self.block.attention).after(self.part)
        self.block.after(self.leave)

    def join(self, windows: Tensor) -> Tensor:  # (B * windows, N, C)
        assert self.block.norm is not None
        tokens = self.block.norm(self.stream.tokens)
        return torch.cat([windows, tokens.repeat_interleave(len(windows) // len(tokens), dim=0)], dim=1)

    def part(self, windows: Tensor) -> Tensor:
        images, count, _ = self.stream.tokens.shape
        self.attended = windows[:, -count:].unflatten(0, (images, -1)).mean(1)
        return windows[:, :-count]

    def leave(self, x: Tensor) -> Tensor:
        block: Any = self.block.module
        tokens = self.stream.tokens + block.attn.drop(self.attended)
        self.stream.tokens = block.ffn(block.norm2(tokens), identity=tokens)
        self.attended = None
        return x


@dataclass(eq=False)
class _MergingPassage:
    """Tokens in one patch merging of a Swin."""

    stream: WindowStream
    merging: nn.Module

    def open(self) -> None:
        Site(self.merging).after(self.leave)

    def leave(self, output: Any) -> Any:
        tokens = self.stream.tokens
        patches = tokens.flatten(0, 1).unsqueeze(1).expand(-1, 4, -1)
        merged, _ = self.merging.forward(patches, (2, 2))  # past the hooks, which are meant for the image
        self.stream.tokens = merged.view(*tokens.shape[:2], -1)
        return output
