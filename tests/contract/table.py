"""The table of the contract: every backbone here, every tuner, and what each tuner promises."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

import mmvpt.registry  # noqa: F401  (lets MMEngine's registry find mmpretrain and mmseg by prefix)
from mmvpt.anatomy import describe
from mmvpt.models import TunedBackbone
from mmvpt.tuners.selective import is_bias

DIM, DEPTH, TOKENS, PATCH = 32, 3, 4, 8
ARCH = dict(embed_dims=DIM, num_layers=DEPTH, num_heads=2, feedforward_channels=2 * DIM)
CNN = dict(depth=18, base_channels=16, stem_channels=8)
CNN_ROW: dict = dict(attention=False, depth=4, widths=(8, 16, 32, 64, 128), norms=(), last='layer4.1')
SWIN_ROW: dict = dict(
    depth=4,
    blocks=(16, 32, 64, 64, 128),
    widths=(16, 32, 64, 128, 128),
    norms=('norm3',),
    last='stages.3.blocks.0',
)
CONVNEXT_ROW: dict = dict(attention=False, depth=4, widths=(16, 16, 32, 32, 64), norms=('norm3',), last='stages.3.0')
WITH_TIMM = importlib.util.find_spec('timm') is not None
WITH_MMDET = importlib.util.find_spec('mmdet') is not None
VIT = dict(arch=ARCH, img_size=32, patch_size=PATCH, out_type='featmap', drop_path_rate=0.2)


@dataclass(frozen=True)
class BackboneRow:
    """A small backbone.

    Args:
        fixed_length: It takes no other sequence than its own: square images, no shallow prompts.
        options: What makes the plain one return features.
        unused: Part of the names of parameters that its forward never touches.
        attention: It has attentions that can be extended.
        depth: How many outputs it can give.
        blocks: Channels of each block with attention.
        widths: Channels of the maps after the embedding (or stem) and after each stage or layer.
        described: mmvpt knows its blocks and stages.
        norms: Names of its output norms.
        last: Name of its last residual block.
    """

    name: str
    config: dict
    fixed_length: bool = False
    options: tuple = ()
    unused: str | None = None
    attention: bool = True
    described: bool = True
    blocks: tuple[int, ...] = (DIM,) * DEPTH
    depth: int = DEPTH
    widths: tuple[int, ...] = (DIM,) * (DEPTH + 1)
    norms: tuple[str, ...] = ('ln1',)
    last: str = f'layers.{DEPTH - 1}'

    def build(self, **changes) -> nn.Module:
        torch.manual_seed(0)
        backbone = MODELS.build({**self.config, **changes})
        for param in backbone.parameters():  # biases and tokens start at zero, where mistakes would not show
            nn.init.normal_(param, std=0.1) if param.dim() < 2 or param.shape[0] == 1 else None
        for module in backbone.modules():
            if isinstance(module, (nn.LayerNorm, nn.BatchNorm2d)):
                nn.init.normal_(module.weight, mean=1.0, std=0.1)
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.running_mean, std=0.1)
                nn.init.uniform_(module.running_var, 0.5, 1.5)
        return backbone

    def image(self, batch: int = 2, **kwargs) -> Tensor:
        generator = torch.Generator().manual_seed(1)
        width = 32 if self.fixed_length else 48
        return torch.randn(batch, 3, 32, width, generator=generator, **kwargs)


@dataclass(frozen=True)
class TunerRow:
    """A tuner and its promises.

    Args:
        starts_as_plain: The first forward equals the plain backbone's.
        new: Number of new parameters.
        unfrozen: Whether a parameter of the backbone, by its name, trains.
        needs: Whether a backbone has what it works on.
        sleeps: Its branches have no gradient in the first step.
        grows: By how many pixels images grow on each side.
    """

    name: str
    config: dict | list
    starts_as_plain: bool
    new: Callable[[BackboneRow], int] = lambda backbone: 0
    unfrozen: Callable[[str, BackboneRow], bool] = lambda name, backbone: False
    needs: Callable[[BackboneRow], bool] = lambda backbone: True
    sleeps: bool = False
    grows: int = 0


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
            norms=norms,
            last=f'blocks.{DEPTH - 1}',
        )
        for name, model, norms, more in [  # patches of 14; images of the table are padded and positions interpolated
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
            **{**CNN_ROW, 'widths': (8, 16, 32, 64, 128), 'last': 'layer4.2'},
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
        described=False,
        depth=4,
        widths=(16, 32, 64, 128, 128),
    ),
]


def is_described(backbone: BackboneRow) -> bool:
    return backbone.described


def has_attention(backbone: BackboneRow) -> bool:
    return backbone.attention


def can_grow(backbone: BackboneRow) -> bool:
    return backbone.attention and not backbone.fixed_length


def has_ffn(backbone: BackboneRow) -> bool:
    return backbone.attention or backbone.name == 'eva02'


def adapters(backbone: BackboneRow) -> int:
    return sum(2 * dim * (dim // 4) + dim // 4 + dim for dim in backbone.blocks)


def low_rank(backbone: BackboneRow) -> int:
    """Two updates of rank 2 in each block, from its width to its width."""
    return sum(2 * 2 * 2 * dim for dim in backbone.blocks)


def low_rank_everywhere(backbone: BackboneRow) -> int:
    """An update of rank 2 of every matrix in the blocks, the fused ones three."""
    shapes = {name: param.shape for name, param in backbone.build().named_parameters()}
    matrices = {
        name: shape
        for name, shape in shapes.items()
        if re.search(r'(layers|blocks)\.\d+\..*weight$', name) and shape[1:]
    }
    fused = {name for name in matrices if 'qkv' in name or 'in_proj' in name}
    return sum(2 * (rows + (3 if name in fused else 1) * columns) for name, (rows, columns) in matrices.items())


SIDE = dict(type='mmpretrain.ResNet', depth=18, stem_channels=4, base_channels=4)


def side_network(backbone: BackboneRow) -> int:
    """The network of 32 channels, a projection to each output without a bias, and alpha."""
    network = sum(param.numel() for param in MODELS.build(SIDE).parameters())
    return network + 32 * sum(backbone.widths[index + 1] for index in backbone.build().out_indices) + 1


def is_plain_vit(backbone: BackboneRow) -> bool:
    """Whether it is a ViT whose tokens other tokens may join."""
    return can_grow(backbone) and len(set(backbone.widths)) == 1


def takes_any_image(backbone: BackboneRow) -> bool:
    return not backbone.fixed_length


def patch_of(backbone: BackboneRow) -> int:
    return 14 if backbone.name.startswith('timm') else PATCH


def new_channel(backbone: BackboneRow) -> int:
    """A channel as large as the images of the table, and its weights in the first layer."""
    first = next(module for module in backbone.build().modules() if isinstance(module, nn.Conv2d))
    return 32 * 48 + first.out_channels * first.kernel_size[0] ** 2


def token_vectors(backbone: BackboneRow) -> int:
    """A vector for each token that enters a block of the plain backbone."""
    plain, numbers = backbone.build(), []
    for block in describe(plain).blocks:
        block.module.register_forward_pre_hook(lambda module, args: numbers.append(args[0][0].numel()))
    plain(backbone.image(), **dict(backbone.options))
    return sum(numbers)


def biases(name: str, backbone: BackboneRow) -> bool:
    return is_bias(name)


def tokens(name: str, backbone: BackboneRow) -> bool:
    return name in ('cls_token', 'dist_token')


def has_tokens(backbone: BackboneRow) -> bool:
    return len(set(backbone.widths)) == 1


def norms(name: str, backbone: BackboneRow) -> bool:
    return name in norm_params(backbone.name)


@cache
def norm_params(name: str) -> set[str]:
    """Names of the parameters of all layers that are called a norm of some kind."""
    (backbone,) = (row for row in BACKBONES if row.name == name)
    modules = backbone.build().named_modules()
    return {
        f'{name}.{key}'
        for name, module in modules
        if re.search(r'Norm(2d)?$', type(module).__name__)
        for key, _ in module.named_parameters(recurse=False)
    }


def deep_prompts(backbone: BackboneRow) -> int:
    return TOKENS * sum(backbone.blocks)


def prompt_block(width: int, kernel: int = 5, groups: int = 4, reduction: int = 16) -> int:
    """Parameters of a block as the Pro-tuning paper's tables count them."""
    convolutions = 2 * (width * width // groups + width) + kernel * kernel * width
    norms = 3 * 2 * width
    hidden = width // reduction
    squeeze_and_excitation = 2 * width * hidden + hidden + width
    return convolutions + norms + squeeze_and_excitation + 1


def stage_blocks(backbone: BackboneRow) -> int:
    return sum(prompt_block(width) for width in backbone.widths[1:])


DEEP = dict(type='DeepPrompts', num_tokens=TOKENS)
PAIRS = dict(type='KeyValuePrompts', num_tokens=TOKENS)
SHALLOW = dict(type='ShallowPrompts', num_tokens=TOKENS)
PRO = dict(type='ProTuning', beta=0.5)
TUNERS = [
    TunerRow('linear', dict(type='LinearProbe'), starts_as_plain=True),
    TunerRow('full', dict(type='FullTuning'), starts_as_plain=True, unfrozen=lambda name, backbone: True),
    TunerRow('bias', dict(type='BiasTuning'), starts_as_plain=True, unfrozen=biases),
    TunerRow('norm', dict(type='NormTuning'), starts_as_plain=True, unfrozen=norms),
    TunerRow(
        'cls_token',
        dict(type='ClsTokenTuning'),
        starts_as_plain=True,
        unfrozen=tokens,
        needs=has_tokens,
    ),
    TunerRow(
        'cls_token_reinit',
        dict(type='ClsTokenTuning', reinit=True),
        starts_as_plain=False,
        unfrozen=tokens,
        needs=has_tokens,
    ),
    TunerRow(
        'cls_token_vpt',
        [dict(type='ClsTokenTuning', reinit=True), DEEP],
        starts_as_plain=False,
        new=deep_prompts,
        unfrozen=tokens,
        needs=lambda backbone: has_tokens(backbone) and backbone.attention,
    ),
    TunerRow(
        'partial',
        dict(type='PartialTuning', blocks=1),
        starts_as_plain=True,
        unfrozen=lambda name, backbone: name.startswith(f'{backbone.last}.'),
        needs=is_described,
    ),
    TunerRow(
        'partial_norm',
        dict(type='PartialTuning', blocks=1, train_norm=True),
        starts_as_plain=True,
        unfrozen=lambda name, backbone: (
            name.startswith(f'{backbone.last}.') or name.rpartition('.')[0] in backbone.norms
        ),
        needs=is_described,
    ),
    *(
        TunerRow(name, config, starts_as_plain=False, new=new, needs=has_attention)
        for name, config, new in [
            ('vpt', DEEP, deep_prompts),
            ('vpt_dropout', {**DEEP, 'dropout': 0.1}, deep_prompts),
            ('vpt_last', {**DEEP, 'start': -1}, lambda backbone: TOKENS * backbone.blocks[-1]),
            ('key_value', PAIRS, deep_prompts),
            (
                'key_value_apart',
                {**PAIRS, 'share_kv': False, 'place': 'after', 'dropout': 0.1},
                lambda backbone: 2 * deep_prompts(backbone),
            ),
            (
                'key_value_shared',
                {**PAIRS, 'share_blocks': True, 'init': 'trunc_normal'},
                lambda backbone: TOKENS * sum(set(backbone.blocks)),
            ),
            ('e2vpt', [DEEP, PAIRS], lambda backbone: 2 * deep_prompts(backbone)),
            (
                'vpt_pruned',
                {**DEEP, 'start': -1, 'keep': [dict(tokens=[0, 2], segments=['1101', '0111'])]},
                lambda backbone: 6 * backbone.blocks[-1] // 4,
            ),
            (
                'vpt_projected',
                {**DEEP, 'projected_dim': 8},
                lambda backbone: len(backbone.blocks) * TOKENS * 8 + 9 * sum(set(backbone.blocks)),
            ),
        ]
    ),
    TunerRow(
        'vpt_shallow', SHALLOW, starts_as_plain=False, new=lambda backbone: TOKENS * backbone.blocks[0], needs=can_grow
    ),
    TunerRow('vpt_pooled', {**DEEP, 'pool': 'global'}, starts_as_plain=False, new=deep_prompts, needs=can_grow),
    TunerRow(
        'vpt_travelling',
        {**DEEP, 'end': -2},
        starts_as_plain=False,
        new=lambda backbone: TOKENS * sum(backbone.blocks[:-2]),
        needs=can_grow,
    ),
    TunerRow(
        'vpt_shallow_travelling',
        {**SHALLOW, 'through_mergings': True},
        starts_as_plain=False,
        new=lambda backbone: TOKENS * backbone.blocks[0],
        needs=can_grow,
    ),
    TunerRow(
        'vpt_bias',
        [DEEP, dict(type='BiasTuning')],
        starts_as_plain=False,
        new=deep_prompts,
        unfrozen=biases,
        needs=has_attention,
    ),
    TunerRow(
        'vpt_both',
        [SHALLOW, DEEP],
        starts_as_plain=False,
        new=lambda backbone: TOKENS * backbone.blocks[0] + deep_prompts(backbone),
        needs=can_grow,
    ),
    TunerRow(
        'adapter',
        dict(type='Adapter', reduction=4),
        starts_as_plain=True,
        new=adapters,
        needs=has_ffn,
        sleeps=True,
    ),
    TunerRow(
        'adapter_vpt',
        [dict(type='Adapter', reduction=4), DEEP],
        starts_as_plain=False,
        new=lambda backbone: adapters(backbone) + deep_prompts(backbone),
        needs=has_attention,
        sleeps=True,
    ),
    TunerRow(
        'lora',
        dict(type='LoRA', rank=2),
        starts_as_plain=True,
        new=low_rank,
        needs=has_attention,
        sleeps=True,
    ),
    TunerRow(
        'lora_all',
        dict(type='LoRA', rank=2, targets='all-linear', dropout=0.1),
        starts_as_plain=True,
        new=low_rank_everywhere,
        needs=has_attention,
        sleeps=True,
    ),
    TunerRow(
        'lora_vpt',
        [dict(type='LoRA', rank=2), DEEP],
        starts_as_plain=False,
        new=lambda backbone: low_rank(backbone) + deep_prompts(backbone),
        needs=has_attention,
        sleeps=True,
    ),
    TunerRow(
        'side',
        dict(type='SideTuning', network=SIDE),
        starts_as_plain=False,
        new=side_network,
        needs=is_described,
    ),
    TunerRow(
        'pad',
        dict(type='PadPrompts', padding=4, img_size=(32, 48)),
        starts_as_plain=False,
        new=lambda backbone: 3 * 8 * (48 + 8) + 3 * 8 * 32,
        needs=takes_any_image,
        grows=4,
    ),
    TunerRow(
        'patches',
        dict(type='PatchPrompts', num_tokens=TOKENS),
        starts_as_plain=False,
        new=lambda backbone: TOKENS * 3 * patch_of(backbone) ** 2,
        needs=is_plain_vit,
    ),
    TunerRow(
        'channel',
        dict(type='ChannelPrompts', img_size=(32, 48)),
        starts_as_plain=False,
        new=new_channel,
        needs=lambda backbone: takes_any_image(backbone) and patch_of(backbone) == PATCH,
    ),
    TunerRow(
        'add',
        dict(type='AddPrompts', per_token=False),
        starts_as_plain=False,
        new=lambda backbone: sum(backbone.blocks),
        needs=has_ffn,
    ),
    TunerRow(
        'add_tokens',
        dict(type='AddPrompts', img_size=(32, 48)),
        starts_as_plain=False,
        new=token_vectors,
        needs=lambda backbone: has_ffn(backbone) and not backbone.fixed_length,
    ),
    TunerRow(
        'protuning',
        dict(type='ProTuning'),
        starts_as_plain=True,
        new=stage_blocks,
        sleeps=True,
        needs=is_described,
    ),
    TunerRow(
        'protuning_transformer',
        {**PRO, 'preset': 'paper-transformer', 'positions': 'U2', 'kernel_size': 3},
        starts_as_plain=False,
        new=lambda backbone: sum(prompt_block(backbone.widths[at], kernel=3, reduction=4) for at in (0, -1)),
        unfrozen=lambda name, backbone: name.rpartition('.')[0] in backbone.norms,
        needs=is_described,
    ),
    TunerRow(
        'protuning_fixed',
        {**PRO, 'learn_beta': False, 'positions': [-1], 'num_blocks': 2},
        starts_as_plain=False,
        new=lambda backbone: 2 * (prompt_block(backbone.widths[-1]) - 1),
        needs=is_described,
    ),
    TunerRow(
        'protuning_full',
        [PRO, dict(type='FullTuning')],
        starts_as_plain=False,
        new=stage_blocks,
        unfrozen=lambda name, backbone: True,
        needs=is_described,
    ),
    TunerRow(
        'protuning_shallow',
        [SHALLOW, PRO],
        starts_as_plain=False,
        new=lambda backbone: TOKENS * backbone.blocks[0] + stage_blocks(backbone),
        needs=can_grow,
    ),
]


@dataclass(frozen=True)
class Case:
    """A tuner on a backbone."""

    backbone: BackboneRow
    tuner: TunerRow

    def plain(self, **changes) -> nn.Module:
        plain = self.backbone.build(**changes)
        plain.eval()
        return plain

    def plain_features(self, image: Tensor, plain: nn.Module) -> tuple[Tensor, ...]:
        """What the plain backbone makes of an image as large as the tuned one sees it."""
        return plain(F.pad(image, [self.tuner.grows] * 4), **dict(self.backbone.options))

    def tuned(self, **changes) -> TunedBackbone:
        backbone = self.backbone.build(**changes)
        torch.manual_seed(2)
        return TunedBackbone(backbone, self.tuner.config)


CASES = [
    pytest.param(Case(backbone, tuner), id=f'{tuner.name}-{backbone.name}')
    for backbone in BACKBONES
    for tuner in TUNERS
    if tuner.needs(backbone)
]
