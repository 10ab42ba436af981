"""mmseg: anatomies of its own backbones, and their attentions."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from mmseg.models.backbones import ResNet, SwinTransformer, VisionTransformer
from mmseg.models.backbones.swin import WindowMSA
from torch import Tensor

from mmvpt.layers.attention import ExtendableWindow

from ..adopt import adopt
from ..anatomy import Anatomy
from ..describe import describe
from ..families import resnet, swin, vit
from ..offers import offers
from ..site import Block


@describe.register
@offers('attention', 'ffn', 'outputs', 'points', 'sequence', 'tokens')
def _(backbone: VisionTransformer) -> Anatomy:
    dim = backbone.cls_token.shape[-1]
    blocks = [
        Block(layer, dim=dim, norm=layer.norm1, attention=layer.attn, ffn=layer.ffn.gamma2) for layer in backbone.layers
    ]
    last_norm = backbone.norm1 if backbone.final_norm else None
    return replace(
        vit(backbone, blocks, extra=int(backbone.with_cls_token), last_norm=last_norm),
        norms=[backbone.norm1] if backbone.final_norm else [],
        tokens=[backbone.cls_token] if backbone.with_cls_token else [],
        patch_size=backbone.patch_size,
        resize=partial(_resize_position, backbone),
    )


def _resize_position(backbone: VisionTransformer, name: str, value: Tensor, own: Tensor) -> Tensor | None:
    """Fit a position embedding as mmseg does; its own code does so only inside ``init_weights``."""
    if name != 'pos_embed':
        return None
    side = math.isqrt(value.shape[1] - 1)
    grid = tuple(length // backbone.patch_size for length in backbone.img_size)
    return backbone.resize_pos_embed(value, grid, (side, side), backbone.interpolate_mode)


describe.register(ResNet, offers('outputs', 'points')(resnet))
describe.register(SwinTransformer, offers('attention', 'ffn', 'outputs', 'points', 'sequence')(swin))


@adopt.register(WindowMSA)
class ExtendableSegWindow(ExtendableWindow, WindowMSA):
    """Window attention of mmseg's Swin."""
