"""ViTs of timm as backbones: DINOv2 and DINOv3, SigLIP, CLIP, EVA-02 and the like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from mmvpt.layers.acts import swap_class
from mmvpt.registry import MODELS

from .timm_build import build_timm, require_timm
from .timm_features import TimmFeatures, ascending

#: What is not the caller's to choose: weights come by ``init_cfg``, heads are other modules.
FIXED: dict[str, Any] = dict(pretrained=False, num_classes=0, dynamic_img_size=True, dynamic_img_pad=True)


@MODELS.register_module()
def TimmViT(
    model: str,
    out_indices: int | Sequence[int] = -1,
    out_type: str = 'featmap',
    img_size: int | tuple[int, int] | None = None,
    init_cfg: dict | None = None,
    **options: object,
) -> TimmFeatures:
    """Build a ViT of timm that returns feature maps, of its VisionTransformer or Eva family.

    Its state dict has timm's own names, so files in timm's format load as they are. Images of any size pass: the
    right and lower border are padded to whole patches, and positions are interpolated, as timm does both.

    This needs timm, which mmvpt does not install by itself. A model of timm is given another class, in place, whose
    forward returns features.

    Args:
        model: timm's name of it, such as ``vit_base_patch14_reg4_dinov2.lvd142m``; what follows the dot names weights,
            of which only the image size counts here.
        out_indices: Layers whose output is returned, ascending; negative ones count from the last.
        out_type: ``featmap``, the patches as maps (B, C, H, W); ``cls_token``, (B, C); ``pooled``, (B, C), what timm's
            own classifier of this name would see. The last layer's output passes the final norm first, the one behind
            timm's pooling where that is the only one.
        img_size: Size of the images whose positions are stored; None is that of the name. A file of another size is
            interpolated once, while it loads.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)``, a local file in timm's format.
        **options: Of timm's model, such as ``drop_path_rate``.
    """
    require_timm('TimmViT', model)
    from .timm_families import TIMM_FAMILIES

    sizes = {} if img_size is None else dict(img_size=img_size)
    plain, family = build_timm('TimmViT', model, TIMM_FAMILIES, FIXED, {**options, **sizes})
    swap_class(plain, family, init_cfg=init_cfg, out_type=out_type, out_indices=())
    vit = cast(TimmFeatures, plain)
    vit.out_indices = ascending(out_indices, len(vit.blocks))
    vit.require_possible(model)
    if out_type != 'pooled':
        vit.attn_pool = None
    return vit
