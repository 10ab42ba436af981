"""Every backbone of the contract: a small one of each class, and what tuners find in it."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

import mmvpt.registry  # noqa: F401  (lets MMEngine's registry find mmpretrain and mmseg by prefix)

from .copies import Mould

DIM, DEPTH, PATCH = 32, 3, 8
HEIGHT, WIDTH = 32, 48
ARCH = dict(embed_dims=DIM, num_layers=DEPTH, num_heads=2, feedforward_channels=2 * DIM)
VIT = dict(arch=ARCH, img_size=HEIGHT, patch_size=PATCH, out_type='featmap', drop_path_rate=0.2)
CNN = dict(depth=18, base_channels=16, stem_channels=8)
MAPS: dict = dict(kind='maps', attention=False, depth=4, norms=())
CNN_ROW: dict = dict(MAPS, widths=(8, 16, 32, 64, 128), last='layer4.1')
CONVNEXT_ROW: dict = dict(MAPS, widths=(16, 16, 32, 32, 64), norms=('norm3',), last='stages.3.0')
SWIN_ROW: dict = dict(
    kind='windows',
    depth=4,
    blocks=(16, 32, 64, 64, 128),
    widths=(16, 32, 64, 128, 128),
    norms=('norm3',),
    last='stages.3.blocks.0',
)
WITH_TIMM = importlib.util.find_spec('timm') is not None
WITH_MMDET = importlib.util.find_spec('mmdet') is not None


@dataclass(frozen=True, eq=False)
class BackboneRow:
    """A small backbone.

    Args:
        kind: What passes from block to block: a ``sequence`` of tokens, ``windows`` of them, or ``maps``; it is
            ``unknown`` where mmvpt knows no blocks and stages.
        fixed_length: It takes no other sequence than its own: square images, no shallow prompts.
        options: What makes the plain one return features.
        unused: Part of the names of parameters that its forward never touches.
        attention: It has attentions that can be extended.
        patch: Pixels of a patch on each side; images of the table that do not fit are padded.
        depth: How many outputs it can give.
        blocks: Channels of each block with attention.
        widths: Channels of the maps after the embedding (or stem) and after each stage or layer.
        norms: Names of its output norms.
        last: Name of its last residual block.
    """

    name: str
    config: dict
    kind: str = 'sequence'
    fixed_length: bool = False
    options: tuple = ()
    unused: str | None = None
    attention: bool = True
    patch: int = PATCH
    blocks: tuple[int, ...] = (DIM,) * DEPTH
    depth: int = DEPTH
    widths: tuple[int, ...] = (DIM,) * (DEPTH + 1)
    norms: tuple[str, ...] = ('ln1',)
    last: str = f'layers.{DEPTH - 1}'

    def build(self, every_output: bool = False) -> nn.Module:
        """One of its own for the caller; random numbers start again."""
        backbone = _mould(self, every_output).cast()
        torch.manual_seed(0)
        return backbone

    def image(self, batch: int = 2, **kwargs) -> Tensor:
        generator = torch.Generator().manual_seed(1)
        return torch.randn(batch, 3, HEIGHT, HEIGHT if self.fixed_length else WIDTH, generator=generator, **kwargs)


@cache
def _mould(row: BackboneRow, every_output: bool) -> Mould:
    torch.manual_seed(0)
    backbone = MODELS.build({**row.config, **(dict(out_indices=list(range(row.depth))) if every_output else {})})
    for param in backbone.parameters():  # biases and tokens start at zero, where mistakes would not show
        nn.init.normal_(param, std=0.1) if param.dim() < 2 or param.shape[0] == 1 else None
    for module in backbone.modules():
        if isinstance(module, (nn.LayerNorm, nn.BatchNorm2d)):
            nn.init.normal_(module.weight, mean=1.0, std=0.1)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return Mould(backbone)


@cache
def plain_outputs(row: BackboneRow, grows: int, dtype: torch.dtype, every_output: bool) -> tuple[Tensor, ...]:
    """What the plain backbone makes of its image, ``grows`` pixels of zeros around it."""
    plain = row.build(every_output).to(dtype)
    plain.eval()  # which may return None
    with torch.no_grad():
        return plain(F.pad(row.image(dtype=dtype), [grows] * 4), **dict(row.options))


@cache
def would_train(row: BackboneRow) -> set[str]:
    """Names of the parameters that the plain backbone trains."""
    return {name for name, param in row.build().named_parameters() if param.requires_grad}


@cache
def norm_params(row: BackboneRow) -> set[str]:
    """Names of the parameters of all layers that are called a norm of some kind."""
    return {
        f'{name}.{key}'
        for name, module in row.build().named_modules()
        if re.search(r'Norm(Act)?(2d)?$', type(module).__name__)
        for key, _ in module.named_parameters(recurse=False)
    }


BACKBONES = [
    BackboneRow('vit', dict(type='mmpretrain.VisionTransformer', **VIT)),
    BackboneRow('deit', dict(type='mmpretrain.DistilledVisionTransformer', **VIT)),
    BackboneRow('deit3', dict(type='mmpretrain.DeiT3', **VIT), unused='.ln2.'),  # norms twice with ln1
    BackboneRow('mae', dict(type='mmpretrain.MAEViT', **VIT), options=(('mask', None),)),
    BackboneRow('mocov3', dict(type='mmpretrain.MoCoV3ViT', **VIT)),
    BackboneRow('beit', dict(type='mmpretrain.BEiTViT', **VIT, use_rel_pos_bias=True), fixed_length=True),
    BackboneRow(
        'beit_shared',
        dict(type='mmpretrain.BEiTViT', **VIT, use_rel_pos_bias=False, use_shared_rel_pos_bias=True),
        fixed_length=True,
    ),
    BackboneRow(
        'mmseg_vit',
        dict(
            type='mmseg.VisionTransformer',
            img_size=(32, 32),
            patch_size=PATCH,
            embed_dims=DIM,
            num_layers=DEPTH,
            num_heads=2,
            mlp_ratio=2,
            patch_bias=True,
            drop_path_rate=0.2,
        ),
        norms=(),
    ),
    BackboneRow('eva02', dict(type='mmpretrain.ViTEVA02', **VIT, sub_ln=True), fixed_length=True, attention=False),
    *(
        BackboneRow(
            name,
            dict(
                type='mmvpt.TimmViT',
                model=model,
                **dict(embed_dim=DIM, depth=DEPTH, num_heads=2, img_size=42, drop_path_rate=0.2, **more),
            ),
            patch=14,
            norms=norms,
            last=f'blocks.{DEPTH - 1}',
        )
        for name, model, norms, more in [
            ('timm_vit', 'vit_small_patch14_reg4_dinov2', ('norm',), dict(init_values=0.1)),
            ('timm_eva', 'eva02_base_patch14_224', ('fc_norm',), {}),
        ]
        if WITH_TIMM
    ),
    *(
        BackboneRow(name.lower().replace('.', '_'), dict(type=name, **CNN, **more), **CNN_ROW)
        for name, more in {
            'mmpretrain.ResNet': {},
            'mmpretrain.ResNetV1d': {},
            'mmseg.ResNetV1c': {},
            **({'mmdet.ResNet': dict(norm_eval=False)} if WITH_MMDET else {}),
        }.items()
    ),
    *(
        BackboneRow(
            name.lower().replace('.', '_'),
            dict(type=name, depth=50, base_channels=4, stem_channels=8, groups=2, base_width=4, **more),
            **{**CNN_ROW, 'last': 'layer4.2'},
        )
        for name, more in {
            'mmseg.ResNeXt': {},
            **({'mmdet.ResNeXt': dict(norm_eval=False)} if WITH_MMDET else {}),
        }.items()
    ),
    *(
        BackboneRow(
            name.lower().replace('.', '_'),
            dict(
                type=name,
                arch=dict(w0=16, wa=20.0, wm=2.0, group_w=8, depth=6, bot_mul=1.0),
                out_indices=(3,),
                **more,
            ),
            **{**CNN_ROW, 'widths': (32, 16, 32, 64, 128)},
        )
        for name, more in {
            'mmpretrain.RegNet': {},
            **({'mmdet.RegNet': dict(norm_eval=False)} if WITH_MMDET else {}),
        }.items()
    ),
    *(
        BackboneRow(
            name,
            dict(
                type='mmpretrain.ConvNeXt',
                arch=dict(depths=[1, 1, 2, 1], channels=[16, 32, 32, 64]),
                out_indices=(3,),
                drop_path_rate=0.2,
                **more,
            ),
            **CONVNEXT_ROW,
        )
        for name, more in {
            'convnext': dict(layer_scale_init_value=0.1),
            'convnext_v2': dict(use_grn=True, layer_scale_init_value=0.0, gap_before_final_norm=False),
        }.items()
    ),
    *(
        BackboneRow(
            'timm_efficientnet',
            dict(type='mmvpt.TimmEfficientNet', model='tf_efficientnet_lite0', out_indices=3, drop_path_rate=0.2),
            **MAPS,
            widths=(32, 24, 40, 112, 320),
            last='blocks.6.0',
        )
        for _ in range(WITH_TIMM)
    ),
    BackboneRow(
        'mmpretrain_swin',
        dict(
            type='mmpretrain.SwinTransformer',
            arch=dict(embed_dims=16, depths=[1, 1, 2, 1], num_heads=[1, 1, 2, 2]),
            img_size=32,
            window_size=2,
            pad_small_map=True,
        ),
        **SWIN_ROW,
    ),
    *(
        BackboneRow(
            f'{package}_swin',
            dict(
                type=f'{package}.SwinTransformer',
                embed_dims=16,
                depths=(1, 1, 2, 1),
                num_heads=(1, 1, 2, 2),
                window_size=2,
                out_indices=(3,),
            ),
            **SWIN_ROW,
        )
        for package in ('mmseg', *(['mmdet'] if WITH_MMDET else []))
    ),
    BackboneRow(
        'any_other',  # one that takes buffers out of every file, as it computes them itself
        dict(
            type='mmpretrain.SwinTransformerV2',
            arch=dict(embed_dims=16, depths=[1, 1, 2, 1], num_heads=[1, 1, 2, 2], extra_norm_every_n_blocks=0),
            img_size=32,
            window_size=2,
            pad_small_map=True,
        ),
        attention=False,
        kind='unknown',
        depth=4,
        widths=(16, 32, 64, 128, 128),
    ),
]
