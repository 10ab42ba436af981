"""ViTs of timm as backbones: DINOv2 and DINOv3, SigLIP, CLIP, EVA-02 and the like."""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from mmvpt.anatomy import describe
from mmvpt.models.pretrained import load_pretrained, split_init_cfg
from mmvpt.registry import MODELS

TESTED_TIMM = '1.0.31'
#: What is not the caller's to choose: weights come by ``init_cfg``, heads are other modules.
FIXED: dict[str, Any] = dict(pretrained=False, num_classes=0, dynamic_img_size=True, dynamic_img_pad=True)
#: How names of parameters begin that act before the first block.
BEFORE_BLOCKS = ('patch_embed.', 'cls_token', 'reg_token', 'pos_embed', 'norm_pre.', 'rope.')


@MODELS.register_module()
class TimmViT(nn.Module):
    """A ViT of timm that returns feature maps, of its VisionTransformer or Eva family.

    Its state dict has timm's own names, so files in timm's format load as they are. Images of any size pass: the
    right and lower border are padded to whole patches, and positions are interpolated, as timm does both.

    Building one needs timm, which mmvpt does not install by itself.

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

    blocks: Any
    fc_norm: Any
    attn_pool: Any
    num_prefix_tokens: int
    forward_intermediates: Callable[..., tuple[Tensor, list[Tensor]]]
    forward_head: Callable[..., Tensor]

    def __init__(
        self,
        model: str,
        out_indices: int | Sequence[int] = -1,
        out_type: str = 'featmap',
        img_size: int | tuple[int, int] | None = None,
        init_cfg: dict | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        become(self, model, {**options, **({} if img_size is None else dict(img_size=img_size))})
        self.init_cfg = init_cfg
        self.out_type = out_type
        self.out_indices = _indices(out_indices, len(self.blocks))
        _check(self, model)
        if out_type != 'pooled':
            self.attn_pool = None

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Features of the image, one tensor for each of ``out_indices``."""
        early = self.out_indices[-1] < len(self.blocks) - 1
        final, maps = self.forward_intermediates(image, indices=list(self.out_indices), stop_early=early)
        return OUT_TYPES[self.out_type](self, final, maps)

    def get_layer_depth(self, param_name: str, prefix: str = '') -> tuple[int, int]:
        """Depth of a parameter for a learning rate that decays by layers, and how many depths there are.

        As in mmpretrain's ViT: what comes before the blocks has 0, block i has i + 1, and the rest is the deepest.
        """
        depths = len(self.blocks) + 2
        inside, name = param_name.startswith(prefix), param_name.removeprefix(prefix)
        if inside and name.startswith(BEFORE_BLOCKS):
            return 0, depths
        if inside and name.startswith('blocks.'):
            return int(name.split('.')[1]) + 1, depths
        return depths - 1, depths

    def init_weights(self, *args: Any, **kwargs: Any) -> None:
        """Draw weights as timm does, then load the pretrained file, if there is one."""
        super().init_weights(*args, **kwargs)  # type: ignore[misc]
        pretrained, _ = split_init_cfg(self.init_cfg)
        if pretrained:
            load_pretrained(self, **pretrained, resize=describe(self).resize)


def become(backbone: TimmViT, name: str, options: dict[str, Any]) -> None:
    """Build a model of timm and let the backbone be it, so that its names are those of timm."""
    if importlib.util.find_spec('timm') is None:
        raise ImportError(
            f'TimmViT({name!r}) needs timm, which is not installed. Install it with: pip install timm=={TESTED_TIMM}'
        )
    import timm

    from .timm_families import FAMILIES

    if taken := FIXED.keys() & options.keys():
        raise ValueError(
            f'TimmViT sets {", ".join(sorted(taken))} itself. Give weights by '
            "init_cfg=dict(type='Pretrained', checkpoint=...); heads are modules of their own."
        )
    known = [each for module in FAMILIES for each in timm.list_models(module=module)]
    if name.partition('.')[0] not in known:
        close = difflib.get_close_matches(name, known, n=5, cutoff=0.3)
        raise ValueError(
            f'timm has no {name!r} in its families {", ".join(FAMILIES)}. Close to it: {", ".join(close) or "none"}. '
            f"All: timm.list_models(module='{next(iter(FAMILIES))}')."
        )
    module = timm.model_entrypoint(name).__module__.rpartition('.')[2]
    try:
        model = timm.create_model(name, **FIXED, **options)
    except (RuntimeError, TypeError) as error:  # an unknown tag; an unknown option
        raise ValueError(f'timm cannot build {name!r} with {options}: {error}') from error
    vars(backbone).update(vars(model))
    backbone.__class__ = FAMILIES[module]


def _indices(out_indices: int | Sequence[int], depth: int) -> tuple[int, ...]:
    given = [out_indices] if isinstance(out_indices, int) else list(out_indices)
    indices = [index + depth if index < 0 else index for index in given]
    if not indices or indices != sorted(set(indices)) or not 0 <= indices[0] <= indices[-1] < depth:
        raise ValueError(
            f'out_indices={out_indices!r} are no ascending layers of a ViT of {depth}. '
            f'There are 0 to {depth - 1}, or -{depth} to -1.'
        )
    return tuple(indices)


def _check(backbone: Any, name: str) -> None:
    """Refuse outputs that this ViT cannot give."""
    possible = ['featmap']
    if backbone.out_indices == (len(backbone.blocks) - 1,):
        possible += ['cls_token'] if backbone.cls_token is not None else []
        possible += ['pooled'] if backbone.global_pool else []
    if backbone.out_type not in possible:
        raise ValueError(
            f'{name} cannot give out_type={backbone.out_type!r} of layers {backbone.out_indices}. Possible: '
            f'{", ".join(possible)}; cls_token (of a ViT that has one) and pooled come from the last layer alone.'
        )


def _featmaps(vit: TimmViT, final: Tensor, maps: list[Tensor]) -> tuple[Tensor, ...]:
    if vit.out_indices[-1] == len(vit.blocks) - 1:
        patches = vit.fc_norm(final)[:, vit.num_prefix_tokens :]
        maps = [*maps[:-1], patches.transpose(1, 2).reshape(maps[-1].shape)]
    return tuple(maps)


def _cls_token(vit: TimmViT, final: Tensor, maps: list[Tensor]) -> tuple[Tensor, ...]:
    return (vit.fc_norm(final)[:, 0],)


def _pooled(vit: TimmViT, final: Tensor, maps: list[Tensor]) -> tuple[Tensor, ...]:
    return (vit.forward_head(final, pre_logits=True),)


OUT_TYPES: dict[str, Callable[[TimmViT, Tensor, list[Tensor]], tuple[Tensor, ...]]] = {
    'featmap': _featmaps,
    'cls_token': _cls_token,
    'pooled': _pooled,
}
