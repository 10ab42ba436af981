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


class Stream(ABC):
    """Tokens on their way through the blocks; nothing outside the blocks meets them."""

    entry: Entry
    tokens: Any = None  # those between two blocks, or inside one

    @abstractmethod
    def carry(self, entry: Entry) -> None:
        """Let tokens enter the first block and travel on."""


@dataclass(eq=False)
class SequenceStream(Stream):
    """A ViT's: tokens are appended before each block and taken off after it."""

    blocks: Sequence[Block]

    def carry(self, entry: Entry) -> None:
        if any(block.fixed_length for block in self.blocks):
            raise TypeError(
                'The backbone has a position bias for each pair of its tokens, so its sequence cannot grow by prompts. '
                'Use DeepPrompts, or build it with use_rel_pos_bias=False.'
            )
        self.entry = entry
        inner = len(self.blocks) - 1
        for enter, block in zip([self._start, *[self._rejoin] * inner], self.blocks, strict=True):
            block.before(enter)
        for leave, block in zip([*[self._part] * inner, self._stop], self.blocks, strict=True):
            block.after(leave)

    def _start(self, x: Tensor) -> Tensor:
        self.tokens = self.entry(len(x))
        return self._rejoin(x)

    def _rejoin(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.tokens], dim=1)

    def _part(self, x: Tensor) -> Tensor:
        count = self.tokens.shape[1]
        self.tokens = x[:, -count:]
        return x[:, :-count]

    def _stop(self, x: Tensor) -> Tensor:
        x = self._part(x)
        self.tokens = None
        return x


@dataclass(eq=False)
class WindowStream(Stream):
    """A Swin's: every window of an image sees its tokens, and what they become is averaged over the windows.

    At a patch merging the patches around a token are the token itself, so that it goes on with the width of the next
    stage; the frozen layer does that. The VPT paper says that merging ignores prompts, its public code does this.
    """

    stages: Sequence[Sequence[Block]]
    mergings: Sequence[nn.Module]

    def carry(self, entry: Entry) -> None:
        self.entry = entry
        self.stages[0][0].before(self._start)
        for block in (block for stage in self.stages for block in stage):
            _WindowPassage(self, block).open()
        for merging in self.mergings:
            _MergingPassage(self, merging).open()
        self.stages[-1][-1].after(self._stop)

    def _start(self, x: Tensor) -> Tensor:
        self.tokens = self.entry(len(x))
        return x

    def _stop(self, x: Tensor) -> Tensor:
        self.tokens = None
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
