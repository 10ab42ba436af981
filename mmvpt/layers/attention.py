"""Attention that also attends to keys and values brought by tuners.

VPT-deep overwrites its prompts before every block, so whatever a prompt computes as a query is thrown away: feeding
the prompts through the block's norm and its key and value projections gives the same function for less work. The
classes here are adopted in place (``module.__class__ = ...``, as ``torch.nn.utils.parametrize`` does), so no weight
moves and no key of a state dict changes. Those for the attentions of hosts are in ``mmvpt.anatomy.hosts``. See
docs/decisions/0002-deep-prompts-as-keys-values.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .acts import swap_class
from .low_rank import Updatable

#: Given the batch size, returns keys and values shaped (heads, L, head_dim), or (B, heads, L, head_dim).
Source = Callable[[int], tuple[Tensor, Tensor]]


class Extendable(Updatable):
    """Mix-in for self-attention whose keys and values can be extended, and whose projection can be updated.

    A subclass for the attention of a host derives from that attention too, and calls :meth:`attend` in its forward.
    """

    #: Whether the original's forward keeps every N x N map for backward, so that this one replaces it in any case.
    keeps_maps: ClassVar[bool] = False

    sources: list[Source]  # whose keys and values stand behind the image's
    leading: list[Source]  # whose keys and values stand before them
    num_heads: int

    @classmethod
    def accepts(cls, attention: nn.Module) -> bool:
        """Whether an attention of the original's class has no option that this class would ignore."""
        return True

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        """The fused projection: weight (3C, C) and bias (3C,) or None."""
        raise NotImplementedError

    def own_weight(self) -> Tensor:
        return self.qkv_parameters()[0]

    def separate_projections(self) -> tuple[nn.Linear, ...] | None:
        """The layers to queries, keys and values where they are three, None where they are fused."""
        return None

    @property
    def output_projection(self) -> nn.Linear:
        """The linear layer behind the attention."""
        return cast(nn.Linear, self.proj)  # type: ignore[attr-defined]

    @property
    def extended(self) -> bool:
        """Whether it computes anything beyond the original."""
        return len(self.sources) + len(self.leading) + len(self.updates) > 0

    def project(self, x: Tensor, start: int, parts: int) -> tuple[Tensor, ...]:
        """Apply ``parts`` thirds of the fused projection, from ``start`` on: (..., L, C) to (..., heads, L, head_dim).

        Slices of the weight, not of the product: a slice of the fused product would keep all of it alive for backward.
        """
        _, bias = self.qkv_parameters()
        weight = self.weight_in_use()
        width = weight.shape[0] // 3
        rows = slice(start * width, (start + parts) * width)
        projected = F.linear(x, weight[rows], None if bias is None else bias[rows])
        outputs: Sequence[Tensor] = projected.unflatten(-1, (parts, -1)).unbind(-2)
        for update in self.updates:
            outputs = update(x, outputs, start)
        return tuple(output.unflatten(-1, (self.num_heads, -1)).transpose(-3, -2) for output in outputs)

    def keys_values(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values that normed tokens (..., L, C) would have here."""
        keys, values = self.project(tokens, start=1, parts=2)
        return keys, values

    def attend(
        self, x: Tensor, dropout: float, bias: Tensor | None = None, scale: float | None = None, windows: int = 1
    ) -> Tensor:
        """Self-attention of x (B, N, C) over itself and all sources.

        Args:
            bias: Added to the logits of x over itself, (heads, N, N). Sources have no position, so there is no bias
                towards them.
            windows: Every so many of B have biases of their own, (windows * heads, N, N).
        """
        (queries,) = self.project(x, start=0, parts=1)
        keys, values, ahead = self.gather(*self.keys_values(x), self.num_images(x))
        if bias is not None:
            bias = F.pad(bias, (ahead, keys.shape[-2] - x.shape[-2] - ahead)).to(queries.dtype)
            bias = bias[None]  # of three dimensions it would keep SDPA from its fused kernel on a CPU
        if windows > 1:
            queries, keys, values = (part.unflatten(0, (-1, windows)).flatten(1, 2) for part in (queries, keys, values))
        out = F.scaled_dot_product_attention(queries, keys, values, attn_mask=bias, dropout_p=dropout, scale=scale)
        if windows > 1:
            out = out.unflatten(1, (windows, -1)).flatten(0, 1)
        return out.transpose(1, 2).flatten(2)

    def gather(self, keys: Tensor, values: Tensor, images: int) -> tuple[Tensor, Tensor, int]:
        """Keys and values of the image among those of the sources, and how many of the latter stand before them."""
        before, after = ([source(images) for source in sources] for sources in (self.leading, self.sources))
        if before or after:
            pairs = [*before, (keys, values), *after]
            keys, values = (_join(parts, own=keys) for parts in zip(*pairs, strict=True))
        return keys, values, sum(leading.shape[-2] for leading, _ in before)

    def num_images(self, x: Tensor) -> int:
        """How many images x holds, each of which may have keys and values of its own."""
        return len(x)


def _join(parts: tuple[Tensor, ...], own: Tensor) -> Tensor:
    """Concatenate keys (or values) of the image with those of sources, shared ones expanded to the batch."""
    return torch.cat([part.to(own.dtype).expand(len(own), -1, -1, -1) for part in parts], dim=-2)


class ExtendableWindow(Extendable):
    """Mix-in for the windows of Swin, through SDPA: the original keeps every N x N map of every window.

    Keys and values of sources are shared by all windows of all images: a window does not know its image. What a
    source draws at random it therefore draws once for a batch, as the public code of VPT does for Swin.
    """

    keeps_maps = True

    qkv: nn.Linear
    attn_drop: nn.Dropout
    proj: nn.Linear
    proj_drop: nn.Dropout
    scale: float
    relative_position_bias_table: Tensor
    relative_position_index: Tensor

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        return self.qkv.weight, self.qkv.bias

    def num_images(self, x: Tensor) -> int:
        return 1

    def position_bias(self) -> Tensor:
        """Learnt bias between the tokens of a window: (heads, N, N)."""
        return self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attend within windows, to the prompts too."""
        bias, windows = self.position_bias(), 1
        if mask is not None:  # (windows, N, N), which parts regions that the cyclic shift brought together
            bias, windows = (bias + mask.unsqueeze(1)).flatten(0, 1), len(mask)
        travellers = x.shape[1] - bias.shape[-1]  # tokens behind those of the window, without a position
        bias = F.pad(bias, (0, travellers, 0, travellers))
        dropout = self.attn_drop.p if self.attn_drop.training else 0.0
        return self.proj_drop(self.proj(self.attend(x, dropout, bias, self.scale, windows)))


def adopt_as(extendable: type[Extendable], original: type[nn.Module], attention: nn.Module) -> Extendable:
    """Change the class of an attention, unless that would silently drop a behaviour of its own."""
    if not extendable.accepts(attention) or type(attention).forward is not original.forward:
        raise TypeError(
            f'{type(attention).__name__} computes something else than {original.__name__}, so mmvpt cannot extend it. '
            'Register its own extendable class with @adopt.register; see docs/guides/extend.md.'
        )
    swap_class(attention, extendable, sources=[], leading=[], updates=[])
    return cast(Extendable, attention)
