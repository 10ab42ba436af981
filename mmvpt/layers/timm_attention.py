"""Attention of timm that also attends to keys and values brought by tuners.

Imported by the anatomy of timm alone, which is optional.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from timm.layers import Attention, AttentionRope, apply_rot_embed_cat
from timm.models.eva import EvaAttention
from torch import Tensor, nn

from .attention import KEEPS_MAPS, Extendable, adopt, adopt_as


class _Extendable(Extendable):
    """Queries and keys may pass norms of their own, and the output a norm and a gate."""

    qkv: Any
    q_norm: Any
    k_norm: Any
    attn_drop: Any
    norm: Any
    gate: Any
    proj: Any
    proj_drop: Any
    training: bool

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        return self.qkv.weight, self.qkv.bias

    def project(self, x: Tensor, start: int, parts: int) -> tuple[Tensor, ...]:
        norms = (self.q_norm, self.k_norm, nn.Identity())[start : start + parts]
        return tuple(norm(part) for norm, part in zip(norms, self.plain(x, start, parts), strict=True))

    def plain(self, x: Tensor, start: int, parts: int) -> tuple[Tensor, ...]:
        """The projection without the norms."""
        return super().project(x, start, parts)

    @property
    def rate(self) -> float:
        """Dropout of the moment."""
        return self.attn_drop.p if self.training else 0.0

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """What comes behind the softmax."""
        attended = self.norm(attended)
        if self.gate is not None:
            attended = attended * self.gate(x).sigmoid()
        return self.proj_drop(self.proj(attended))


class ExtendableAttention(_Extendable, Attention):
    """Attention of timm's VisionTransformer; with nothing beyond the original, exactly that."""

    def forward(self, x: Tensor, attn_mask: Tensor | None = None, is_causal: bool = False) -> Tensor:
        if not self.extended:
            return super().forward(x, attn_mask, is_causal)
        _refuse_masks(attn_mask, is_causal)
        return self.finish(x, self.attend(x, self.rate))


class _ExtendableRotary(_Extendable):
    """Rotary positions turn the patches; what stands before or behind them has no position, sources neither."""

    q_proj: Any
    k_proj: Any
    v_proj: Any
    num_prefix_tokens: int
    rotate_half: bool

    def separate_projections(self) -> tuple[nn.Linear, ...] | None:
        return None if self.qkv is not None else (self.q_proj, self.k_proj, self.v_proj)

    def plain(self, x: Tensor, start: int, parts: int) -> tuple[Tensor, ...]:
        if self.qkv is not None:
            return super().plain(x, start, parts)
        layers = (self.q_proj, self.k_proj, self.v_proj)[start : start + parts]
        return tuple(self.split(layer(x)) for layer in layers)

    def split(self, projected: Tensor) -> Tensor:
        """Bring (..., L, C) to (..., heads, L, head_dim)."""
        return projected.unflatten(-1, (self.num_heads, -1)).transpose(-3, -2)

    def rotate(self, heads: Tensor, rope: Tensor) -> Tensor:
        """Turn the patches among queries or keys (B, heads, N, head_dim)."""
        start = self.num_prefix_tokens
        end = start + rope.shape[-2]
        patches = apply_rot_embed_cat(heads[:, :, start:end], rope, half=self.rotate_half)
        return torch.cat([heads[:, :, :start], patches, heads[:, :, end:]], dim=2)

    def forward(
        self, x: Tensor, rope: Tensor | None = None, attn_mask: Tensor | None = None, is_causal: bool = False
    ) -> Tensor:
        _refuse_masks(attn_mask, is_causal)
        queries, keys, values = self.project(x, start=0, parts=3)
        if rope is not None:
            queries, keys = (self.rotate(part, rope).type_as(values) for part in (queries, keys))
        keys, values, _ = self.gather(keys, values, len(x))
        out = F.scaled_dot_product_attention(queries, keys, values, dropout_p=self.rate)
        return self.finish(x, out.transpose(1, 2).flatten(2))


class ExtendableEvaAttention(_ExtendableRotary, EvaAttention):
    """Attention of timm's Eva: EVA, EVA-02 and DINOv3."""

    q_bias: Any
    k_bias: Any
    v_bias: Any

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        if self.q_bias is None:
            return self.qkv.weight, None
        return self.qkv.weight, torch.cat((self.q_bias, self.k_bias, self.v_bias))


class ExtendableRopeAttention(_ExtendableRotary, AttentionRope):
    """Attention of timm's Eva with ``attn_type='rope'``, several heads of queries to one of keys included."""

    def split(self, projected: Tensor) -> Tensor:
        heads = projected.unflatten(-1, (-1, self.head_dim)).transpose(-3, -2)
        return heads.repeat_interleave(self.num_heads // heads.shape[-3], dim=-3)


def _refuse_masks(attn_mask: Tensor | None, is_causal: bool) -> None:
    if attn_mask is not None or is_causal:
        raise ValueError('A tuned backbone of timm takes no attn_mask and no is_causal: they say nothing of prompts.')


@adopt.register
def _(attention: Attention) -> Extendable:
    return adopt_as(ExtendableAttention, Attention, attention)


@adopt.register
def _(attention: EvaAttention) -> Extendable:
    return adopt_as(ExtendableEvaAttention, EvaAttention, attention)


@adopt.register
def _(attention: AttentionRope) -> Extendable:
    return adopt_as(ExtendableRopeAttention, AttentionRope, attention)


# with TIMM_FUSED_ATTN=0 they do keep maps; and theirs would turn tokens behind those of the image
KEEPS_MAPS.extend([EvaAttention, AttentionRope])
