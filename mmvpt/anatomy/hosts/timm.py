"""timm: anatomies and attentions of its ViTs, and the anatomy of its EfficientNets.

Two families of ViTs: VisionTransformer (DINOv2, SigLIP, CLIP, ...) and Eva (DINOv3 too).
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from timm.layers import Attention, AttentionRope, PatchEmbed, apply_rot_embed_cat, resample_abs_pos_embed
from timm.models.efficientnet import EfficientNet
from timm.models.eva import Eva, EvaAttention, EvaBlock, EvaBlockPostNorm
from timm.models.vision_transformer import Block as PlainBlock
from timm.models.vision_transformer import ResPostBlock, VisionTransformer
from torch import Tensor, nn

from mmvpt.layers.attention import Extendable

from ..adopt import adopt
from ..anatomy import Anatomy
from ..describe import describe
from ..families import vit
from ..offers import offers
from ..points import Grid, MapPoint, Size
from ..site import Block

#: Names of the norm before the attention, and of what the feed-forward network's output passes last, by the exact class
#: of a block; of other classes only the place is known. Where the norm comes after the attention, there is none before.
BLOCK_PARTS: dict[type[nn.Module], tuple[str | None, str]] = {
    PlainBlock: ('norm1', 'ls2'),
    EvaBlock: ('norm1', 'mlp'),
    ResPostBlock: (None, 'norm2'),
    EvaBlockPostNorm: (None, 'norm2'),
}


def _block(module: nn.Module, dim: int) -> Block:
    if type(module) not in BLOCK_PARTS:
        return Block(module, dim=dim)
    norm, last = BLOCK_PARTS[type(module)]
    return Block(
        module,
        dim=dim,
        norm=module.get_submodule(norm) if norm else nn.Identity(),
        attention=module.get_submodule('attn'),
        ffn=module.get_submodule(last),
    )


def _read_grid(embedding: PatchEmbed, output: Tensor) -> Size:
    """The grid of an embedding that returns a map, or tokens of the one grid that it takes."""
    if output.dim() != 4:
        return embedding.grid_size
    _, height, width, _ = output.shape
    return height, width


def _anatomy(backbone: VisionTransformer | Eva) -> Anatomy:
    norms = [norm for norm in (backbone.norm, backbone.fc_norm) if not isinstance(norm, nn.Identity)]
    blocks = [_block(module, backbone.embed_dim) for module in backbone.blocks]
    grid = Grid(backbone.patch_embed, read=_read_grid)
    return replace(
        vit(backbone, blocks, backbone.num_prefix_tokens, grid=grid, last_norm=backbone.norm),
        norms=norms,
        tokens=[] if backbone.cls_token is None else [backbone.cls_token],
        patch_size=backbone.patch_embed.patch_size[0],
        resize=partial(_resize_position, backbone),
    )


def _resize_position(backbone: VisionTransformer | Eva, name: str, value: Tensor, own: Tensor) -> Tensor | None:
    """Fit a position embedding of square images to the grid of another image size, as timm does."""
    prefix = 0 if backbone.no_embed_class else backbone.num_prefix_tokens
    if name != 'pos_embed' or math.isqrt(value.shape[1] - prefix) ** 2 != value.shape[1] - prefix:
        return None
    return resample_abs_pos_embed(value, new_size=backbone.patch_embed.grid_size, num_prefix_tokens=prefix)


for family in (VisionTransformer, Eva):
    describe.register(family, offers('attention', 'ffn', 'outputs', 'points', 'sequence', 'tokens')(_anatomy))


def ends_of_strides(backbone: EfficientNet) -> list[int]:
    """Places in ``blocks`` where the maps of each stride from 4 on end."""
    return [int(row['module'].partition('.')[2]) for row in backbone.feature_info if row['reduction'] >= 4]


@describe.register
@offers('outputs', 'points')
def _efficientnet(backbone: EfficientNet) -> Anatomy:
    ends = ends_of_strides(backbone)
    starts = [0, *(end + 1 for end in ends)]
    parts = list(backbone.blocks.children())
    groups = [parts[start : end + 1] for start, end in zip(starts, ends, strict=False)]
    stages = [[Block(block, dim=_width(block)) for part in group for block in part.children()] for group in groups]
    widths = [stage[-1].dim for stage in stages]
    points = [MapPoint(parts[end], width) for end, width in zip(ends, widths, strict=True)]
    everything = [*widths, backbone.num_features]
    return Anatomy(
        backbone,
        stages=stages,
        points=[MapPoint(backbone.bn1, backbone.conv_stem.out_channels), *points],
        outputs=[everything[index] for index in getattr(backbone, 'out_indices', ())],
    )


def _width(block: nn.Module) -> int:
    """Output channels of a block: those of its last convolution of single pixels."""
    last = block.get_submodule('conv_pwl' if hasattr(block, 'conv_pwl') else 'conv_pw')
    assert isinstance(last, nn.Conv2d)
    return last.out_channels


class _TimmAttention(Extendable):
    """Queries and keys may pass norms of their own, and the output a norm and a gate."""

    qkv: nn.Linear
    q_norm: nn.Module
    k_norm: nn.Module
    attn_drop: nn.Dropout
    norm: nn.Module
    gate: nn.Linear | None
    proj: nn.Linear
    proj_drop: nn.Dropout
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


@adopt.register(Attention)
class ExtendableAttention(_TimmAttention, Attention):
    """Attention of timm's VisionTransformer; with nothing beyond the original, exactly that."""

    def forward(self, x: Tensor, attn_mask: Tensor | None = None, is_causal: bool = False) -> Tensor:
        if not self.extended:
            return super().forward(x, attn_mask, is_causal)
        _refuse_masks(attn_mask, is_causal)
        return self.finish(x, self.attend(x, self.rate))


class _RotaryAttention(_TimmAttention):
    """Rotary positions turn the patches; what stands before or behind them has no position, sources neither."""

    # with TIMM_FUSED_ATTN=0 the original does keep maps; and it would turn tokens behind those of the image
    keeps_maps = True

    q_proj: nn.Linear | None
    k_proj: nn.Linear | None
    v_proj: nn.Linear | None
    num_prefix_tokens: int
    rotate_half: bool

    def separate_projections(self) -> tuple[nn.Linear, ...] | None:
        return tuple(layer for layer in (self.q_proj, self.k_proj, self.v_proj) if layer is not None) or None

    def plain(self, x: Tensor, start: int, parts: int) -> tuple[Tensor, ...]:
        layers = self.separate_projections()
        if layers is None:
            return super().plain(x, start, parts)
        return tuple(self.split(layer(x)) for layer in layers[start : start + parts])

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


@adopt.register(EvaAttention)
class ExtendableEvaAttention(_RotaryAttention, EvaAttention):
    """Attention of timm's Eva: EVA, EVA-02 and DINOv3."""

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        if self.q_bias is None:
            return self.qkv.weight, None
        return self.qkv.weight, torch.cat((self.q_bias, self.get_buffer('k_bias'), self.v_bias))


@adopt.register(AttentionRope)
class ExtendableRopeAttention(_RotaryAttention, AttentionRope):
    """Attention of timm's Eva with ``attn_type='rope'``, several heads of queries to one of keys included."""

    def split(self, projected: Tensor) -> Tensor:
        heads = projected.unflatten(-1, (-1, self.head_dim)).transpose(-3, -2)
        return heads.repeat_interleave(self.num_heads // heads.shape[-3], dim=-3)


def _refuse_masks(attn_mask: Tensor | None, is_causal: bool) -> None:
    if attn_mask is not None or is_causal:
        raise ValueError('A tuned backbone of timm takes no attn_mask and no is_causal: they say nothing of prompts.')
