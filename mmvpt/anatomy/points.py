"""Where feature maps pass: the places after a backbone's embedding and after each of its stages."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from mmvpt.layers.acts import hook_after, hook_before

from .base import Edit, Site, Size, copyable


@dataclass(eq=False)
class Point(Site):
    """A place where a feature map passes; its edits see (B, C, H, W).

    What is edited reaches the next stage and the heads, once.

    Args:
        dim: Channels of the map.
    """

    dim: int


@dataclass(eq=False)
class MapPoint(Point):
    """A module that returns the map itself, as in a CNN."""


@dataclass(eq=False)
class TokenPoint(Point):
    """A module that a sequence of tokens passes, which an edit sees as the map they are cut from."""

    def after(self, edit: Edit) -> None:
        hook_after(self.module, _Relay(self, copyable(edit)), by=edit)

    @abstractmethod
    def relay(self, edit: Edit, args: tuple, output: Any) -> Any:
        """Find tokens and grid in what goes into a module and what comes out, and return the output edited."""


@dataclass
class _Relay:
    point: TokenPoint
    edit: Edit

    def __call__(self, module: nn.Module, args: tuple, output: Any) -> Any:
        return self.point.relay(self.edit, args, output)


@dataclass(eq=False)
class SizedPoint(TokenPoint):
    """A module that returns the tokens with their grid beside them: an embedding or a patch merging."""

    def relay(self, edit: Edit, args: tuple, output: Any) -> Any:
        tokens, size, *rest = output
        return edit_tokens(tokens, size, edit), size, *rest


@dataclass(eq=False)
class WindowPoint(TokenPoint):
    """A block that is told the grid of its tokens, as in Swin."""

    def relay(self, edit: Edit, args: tuple, output: Any) -> Any:
        return edit_tokens(output, args[1], edit)


@dataclass(eq=False)
class Grid:
    """The grid of a ViT's tokens in the forward pass under way; only the patch embedding tells it."""

    embedding: nn.Module
    size: Size | None = None
    _watching: bool = field(default=False, repr=False)

    def watch(self) -> None:
        """Ask the embedding from now on."""
        if not self._watching:
            hook_after(self.embedding, self)
            self._watching = True

    def __call__(self, module: nn.Module, args: tuple, output: Any) -> None:
        self.size = output[1]


@dataclass(eq=False)
class LayerPoint(TokenPoint):
    """A layer of a ViT, whose first ``extra`` tokens (class, distillation) are nobody's patch and pass untouched."""

    grid: Grid
    extra: int

    def after(self, edit: Edit) -> None:
        self.grid.watch()
        super().after(edit)

    def relay(self, edit: Edit, args: tuple, output: Any) -> Any:
        assert self.grid.size is not None
        return edit_tokens(output, self.grid.size, edit, self.extra)


@dataclass(eq=False)
class EmbeddingPoint(LayerPoint):
    """What enters the first layer of a ViT: embedded, with positions."""

    def after(self, edit: Edit) -> None:
        self.grid.watch()
        hook_before(self.module, _RelayInput(self, copyable(edit)), by=edit)


@dataclass
class _RelayInput:
    point: EmbeddingPoint
    edit: Edit

    def __call__(self, module: nn.Module, args: tuple) -> tuple:
        return self.point.relay(self.edit, args, args[0]), *args[1:]


def edit_tokens(tokens: Tensor, size: Size, edit: Edit, extra: int = 0) -> Tensor:
    """Edit the patches among tokens (B, L, C) as the map (B, C, H, W) they are; others stand before or behind them."""
    end = extra + size[0] * size[1]
    patches = edit(tokens[:, extra:end].transpose(1, 2).unflatten(2, size)).flatten(2).transpose(1, 2)
    if patches.shape[1] == tokens.shape[1]:
        return patches
    return torch.cat([tokens[:, :extra], patches, tokens[:, end:]], dim=1)
