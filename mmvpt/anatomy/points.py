"""Where feature maps pass: the places after a backbone's embedding and after each of its stages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from mmvpt.layers.acts import hook_after, hook_before

from .site import Edit, Site, copyable

#: Height and width.
Size = tuple[int, int]
#: What an embedding or a patch merging returns: tokens, and the grid that they are of.
SizedTokens = tuple[Tensor, Size]
Passing = TypeVar('Passing', Tensor, SizedTokens)


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
class TokenPoint(Point, Generic[Passing]):
    """A point in a sequence of tokens; an edit sees the tokens as the map that they are cut from."""

    def after(self, edit: Edit) -> None:
        hook_after(self.module, _Relay(self, copyable(edit)), by=edit)

    @abstractmethod
    def relay(self, edit: Edit, args: tuple, output: Passing) -> Passing:
        """Find tokens and grid in the module's input and output, and return the edited output."""


@dataclass
class _Relay(Generic[Passing]):
    point: TokenPoint[Passing]
    edit: Edit

    def __call__(self, module: nn.Module, args: tuple, output: Passing) -> Passing:
        return self.point.relay(self.edit, args, output)


@dataclass(eq=False)
class SizedPoint(TokenPoint[SizedTokens]):
    """A module that returns the tokens with their grid: an embedding or a patch merging."""

    def relay(self, edit: Edit, args: tuple, output: SizedTokens) -> SizedTokens:
        tokens, size = output
        return edit_tokens(tokens, size, edit), size


@dataclass(eq=False)
class WindowPoint(TokenPoint[Tensor]):
    """A block that is told the grid of its tokens, as in Swin."""

    def relay(self, edit: Edit, args: tuple, output: Tensor) -> Tensor:
        return edit_tokens(output, args[1], edit)


def size_of_sized(embedding: nn.Module, output: SizedTokens) -> Size:
    """The grid that an embedding returns with its tokens."""
    return output[1]


@dataclass(eq=False)
class Grid:
    """The grid of a ViT's tokens in the current forward pass; only the patch embedding knows it.

    Args:
        embedding: The patch embedding.
        read: Finds the grid in ``read(embedding, output)``.
    """

    embedding: nn.Module
    read: Callable[..., Size] = size_of_sized
    size: Size | None = None
    _watching: bool = field(default=False, repr=False)

    def watch(self) -> None:
        """Read the grid in each forward pass from now on."""
        if not self._watching:
            hook_after(self.embedding, self)
            self._watching = True

    def __call__(self, module: nn.Module, args: tuple, output: object) -> None:
        self.size = self.read(module, output)


@dataclass(eq=False)
class LayerPoint(TokenPoint[Tensor]):
    """A layer of a ViT; its first ``extra`` tokens (class, distillation) are not patches and stay unchanged."""

    grid: Grid
    extra: int

    def after(self, edit: Edit) -> None:
        self.grid.watch()
        super().after(edit)

    def relay(self, edit: Edit, args: tuple, output: Tensor) -> Tensor:
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
