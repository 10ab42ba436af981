"""ViTs of timm as backbones: DINOv2 and DINOv3, SigLIP, CLIP, EVA-02 and the like."""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, cast

from torch import nn

from mmvpt.layers.acts import swap_class
from mmvpt.registry import MODELS

from .timm_features import TimmFeatures, ascending

TESTED_TIMM = '1.0.31'
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
    plain, family = _build(model, {**options, **({} if img_size is None else dict(img_size=img_size))})
    swap_class(plain, family, init_cfg=init_cfg, out_type=out_type, out_indices=())
    vit = cast(TimmFeatures, plain)
    vit.out_indices = ascending(out_indices, len(vit.blocks))
    vit.require_possible(model)
    if out_type != 'pooled':
        vit.attn_pool = None
    return vit


def _build(name: str, options: Mapping[str, Any]) -> tuple[nn.Module, type[TimmFeatures]]:
    """Build a model of timm, and say of which class its backbone is."""
    if importlib.util.find_spec('timm') is None:
        raise ImportError(
            f'TimmViT({name!r}) needs timm, which is not installed. Install it with: pip install timm=={TESTED_TIMM}'
        )
    import timm

    from .timm_families import TIMM_FAMILIES

    if taken := FIXED.keys() & options.keys():
        raise ValueError(
            f'TimmViT sets {", ".join(sorted(taken))} itself. Give weights by '
            "init_cfg=dict(type='Pretrained', checkpoint=...); heads are modules of their own."
        )
    known = [each for module in TIMM_FAMILIES for each in timm.list_models(module=module)]
    if name.partition('.')[0] not in known:
        close = difflib.get_close_matches(name, known, n=5, cutoff=0.3)
        raise ValueError(
            f'timm has no {name!r} in its families {", ".join(TIMM_FAMILIES)}. Close to it: '
            f'{", ".join(close) or "none"}. '
            f"All: timm.list_models(module='{next(iter(TIMM_FAMILIES))}')."
        )
    module = timm.model_entrypoint(name).__module__.rpartition('.')[2]
    try:
        return timm.create_model(name, **{**FIXED, **options}), TIMM_FAMILIES[module]
    except (RuntimeError, TypeError) as error:  # an unknown tag; an unknown option
        raise ValueError(f'timm cannot build {name!r} with {options}: {error}') from error
