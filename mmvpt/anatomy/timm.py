"""Anatomy of timm's ViTs: the VisionTransformer family (DINOv2, SigLIP, CLIP, ...) and the Eva family (DINOv3 too)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from timm.layers import resample_abs_pos_embed
from timm.models.eva import Eva, EvaBlock, EvaBlockPostNorm
from timm.models.vision_transformer import Block as PlainBlock
from timm.models.vision_transformer import ResPostBlock, VisionTransformer
from torch import Tensor, nn

import mmvpt.layers.timm_attention  # noqa: F401  teaches ``adopt`` the attentions

from .base import Anatomy, Block, describe, offers
from .families import vit
from .points import Grid


class TimmGrid(Grid):
    """The grid of a ViT of timm, whose embedding returns a map, or tokens of the one grid that it takes."""

    def __call__(self, module: Any, args: tuple, output: Any) -> None:
        self.size = tuple(output.shape[1:3]) if output.dim() == 4 else module.grid_size


#: Parts of the blocks that are known, by their exact class; of others only the place.
PARTS: dict[type[nn.Module], Callable[[Any], dict[str, Any]]] = {
    PlainBlock: lambda block: dict(norm=block.norm1, attention=block.attn, ffn=block.ls2),
    EvaBlock: lambda block: dict(norm=block.norm1, attention=block.attn, ffn=block.mlp),
    ResPostBlock: lambda block: dict(norm=nn.Identity(), attention=block.attn, ffn=block.norm2),
    EvaBlockPostNorm: lambda block: dict(norm=nn.Identity(), attention=block.attn, ffn=block.norm2),
}


def _block(module: nn.Module, dim: int) -> Block:
    parts = PARTS.get(type(module), lambda block: {})
    return Block(module, dim=dim, **parts(module))


def _anatomy(backbone: Any) -> Anatomy:
    norms = [norm for norm in (backbone.norm, backbone.fc_norm) if not isinstance(norm, nn.Identity)]
    return vit(
        backbone,
        [_block(module, backbone.embed_dim) for module in backbone.blocks],
        backbone.num_prefix_tokens,
        grid=TimmGrid(backbone.patch_embed),
        last_norm=backbone.norm,
        norms=norms,
        tokens=[] if backbone.cls_token is None else [backbone.cls_token],
        patch_size=backbone.patch_embed.patch_size[0],
        resize=partial(_resize_position, backbone),
    )


def _resize_position(backbone: Any, name: str, value: Tensor, own: Tensor) -> Tensor | None:
    """Fit a position embedding of square images to the grid of another image size, as timm does."""
    prefix = 0 if backbone.no_embed_class else backbone.num_prefix_tokens
    if name != 'pos_embed' or math.isqrt(value.shape[1] - prefix) ** 2 != value.shape[1] - prefix:
        return None
    return resample_abs_pos_embed(value, new_size=backbone.patch_embed.grid_size, num_prefix_tokens=prefix)


for family in (VisionTransformer, Eva):
    describe.register(family, offers('attention', 'ffn', 'outputs', 'points', 'sequence', 'tokens')(_anatomy))
