"""Anatomy of mmseg's own ViT."""

from __future__ import annotations

import math
from functools import partial

from mmseg.models.backbones import VisionTransformer
from torch import Tensor

from .base import Anatomy, Block, describe


@describe.register
def _(vit: VisionTransformer) -> Anatomy:
    dim = vit.cls_token.shape[-1]
    blocks = [Block(layer, dim=dim, norm=layer.norm1, attention=layer.attn) for layer in vit.layers]
    return Anatomy(vit, stages=[blocks], patch_size=vit.patch_size, resize=partial(_resize_position, vit))


def _resize_position(vit: VisionTransformer, name: str, value: Tensor, own: Tensor) -> Tensor | None:
    """Fit a position embedding as mmseg does; its own code does so only inside ``init_weights``."""
    if name != 'pos_embed':
        return None
    side = math.isqrt(value.shape[1] - 1)
    grid = tuple(length // vit.patch_size for length in vit.img_size)
    return vit.resize_pos_embed(value, grid, (side, side), vit.interpolate_mode)
