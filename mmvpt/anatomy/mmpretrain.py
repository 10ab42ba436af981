"""Anatomy of mmpretrain's ViT family."""

from dataclasses import replace
from typing import Any

from mmpretrain.models import BEiTViT, MAEViT, VisionTransformer, ViTEVA02

from .base import Anatomy, Block, describe


@describe.register
def _(vit: VisionTransformer) -> Anatomy:
    """ViT, DeiT (also distilled), DeiT-III and MoCo v3."""
    blocks = [Block(layer, dim=vit.embed_dims, norm=layer.ln1, attention=layer.attn) for layer in vit.layers]
    return _anatomy(vit, blocks)


@describe.register
def _(beit: BEiTViT) -> Anatomy:
    blocks = [
        Block(
            layer,
            dim=beit.embed_dims,
            norm=layer.ln1,
            attention=layer.attn,
            fixed_length=layer.attn.use_rel_pos_bias or beit.rel_pos_bias is not None,
        )
        for layer in beit.layers
    ]
    return _anatomy(beit, blocks)


@describe.register
def _(mae: MAEViT) -> Anatomy:
    """MAE's encoder masks patches unless it is told not to."""
    return replace(describe.dispatch(VisionTransformer)(mae), options=dict(mask=None))


@describe.register
def _(eva: ViTEVA02) -> Anatomy:
    """Rotary positions apply to every key, so prompts cannot be keys here: nothing is known of the inside."""
    return Anatomy(eva)


def _anatomy(vit: Any, blocks: list[Block]) -> Anatomy:
    return Anatomy(vit, stages=[blocks], patch_size=vit.patch_embed.projection.kernel_size[0])
