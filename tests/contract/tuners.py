"""Every tuner of the contract, and what each promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mmengine.registry import MODELS
from torch import nn

from mmvpt.anatomy import describe
from mmvpt.tuners.selective import is_bias

from .backbones import HEIGHT, WIDTH, BackboneRow, norm_params

TOKENS = 4
IMAGE = (HEIGHT, WIDTH)
SIDE = dict(type='mmpretrain.ResNet', depth=18, stem_channels=4, base_channels=4)


def nothing(backbone: BackboneRow) -> int:
    return 0


def none(name: str, backbone: BackboneRow) -> bool:
    return False


def every(name: str, backbone: BackboneRow) -> bool:
    return True


@dataclass(frozen=True, eq=False)
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
    config: dict | list[dict]
    starts_as_plain: bool
    new: Callable[[BackboneRow], int] = nothing
    unfrozen: Callable[[str, BackboneRow], bool] = none
    needs: Callable[[BackboneRow], bool] = lambda backbone: True
    sleeps: bool = False
    grows: int = 0

    @property
    def parts(self) -> list[dict]:
        """The tuners that act in order."""
        return self.config if isinstance(self.config, list) else [self.config]

    @property
    def adds(self) -> bool:
        """Whether it has parameters of its own."""
        return self.new is not nothing

    @property
    def trains(self) -> bool:
        """Whether it leaves anything but a head to train."""
        return self.adds or self.unfrozen is not none


def is_described(backbone: BackboneRow) -> bool:
    return backbone.kind != 'unknown'


def has_attention(backbone: BackboneRow) -> bool:
    return backbone.attention


def can_grow(backbone: BackboneRow) -> bool:
    return backbone.attention and not backbone.fixed_length


def has_ffn(backbone: BackboneRow) -> bool:
    return backbone.kind in ('sequence', 'windows')


def has_tokens(backbone: BackboneRow) -> bool:
    return backbone.kind == 'sequence'


def is_plain_vit(backbone: BackboneRow) -> bool:
    """Whether it is a ViT whose tokens other tokens may join."""
    return can_grow(backbone) and has_tokens(backbone)


def takes_any_image(backbone: BackboneRow) -> bool:
    return not backbone.fixed_length


def takes_the_image_as_it_is(backbone: BackboneRow) -> bool:
    """Whether patches cover it without padding."""
    return takes_any_image(backbone) and not any(side % backbone.patch for side in IMAGE)


def biases(name: str, backbone: BackboneRow) -> bool:
    return is_bias(name)


def tokens(name: str, backbone: BackboneRow) -> bool:
    return name in ('cls_token', 'dist_token')


def norms(name: str, backbone: BackboneRow) -> bool:
    return name in norm_params(backbone)


def last_block(name: str, backbone: BackboneRow) -> bool:
    return name.startswith(f'{backbone.last}.')


def output_norms(name: str, backbone: BackboneRow) -> bool:
    return name.rpartition('.')[0] in backbone.norms


def deep_prompts(backbone: BackboneRow) -> int:
    return TOKENS * sum(backbone.blocks)


def shallow_prompts(backbone: BackboneRow) -> int:
    return TOKENS * backbone.blocks[0]


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


def side_network(backbone: BackboneRow) -> int:
    """The network of 32 channels, a projection to each output without a bias, and alpha."""
    network = sum(param.numel() for param in MODELS.build(SIDE).parameters())
    return network + 32 * sum(backbone.widths[index + 1] for index in backbone.build().out_indices) + 1


def frame(backbone: BackboneRow) -> int:
    """Pixels of three colours, 4 wide, around the image."""
    return 3 * 8 * (WIDTH + 8) + 3 * 8 * HEIGHT


def patches(backbone: BackboneRow) -> int:
    return TOKENS * 3 * backbone.patch**2


def new_channel(backbone: BackboneRow) -> int:
    """A channel as large as the images of the table, and its weights in the first layer."""
    first = next(module for module in backbone.build().modules() if isinstance(module, nn.Conv2d))
    return HEIGHT * WIDTH + first.out_channels * first.kernel_size[0] ** 2


def token_vectors(backbone: BackboneRow) -> int:
    """A vector for each token that enters a block of the plain backbone."""
    plain, numbers = backbone.build(), []
    for block in describe(plain).blocks:
        block.module.register_forward_pre_hook(lambda module, args: numbers.append(args[0][0].numel()))
    plain(backbone.image(), **dict(backbone.options))
    return sum(numbers)


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
    TunerRow('full', dict(type='FullTuning'), starts_as_plain=True, unfrozen=every),
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
        needs=lambda backbone: has_tokens(backbone) and has_attention(backbone),
    ),
    TunerRow(
        'partial',
        dict(type='PartialTuning', blocks=1),
        starts_as_plain=True,
        unfrozen=last_block,
        needs=is_described,
    ),
    TunerRow(
        'partial_norm',
        dict(type='PartialTuning', blocks=1, train_norm=True),
        starts_as_plain=True,
        unfrozen=lambda name, backbone: last_block(name, backbone) or output_norms(name, backbone),
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
    TunerRow('vpt_shallow', SHALLOW, starts_as_plain=False, new=shallow_prompts, needs=can_grow),
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
        new=shallow_prompts,
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
        new=lambda backbone: shallow_prompts(backbone) + deep_prompts(backbone),
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
        dict(type='PadPrompts', padding=4, img_size=IMAGE),
        starts_as_plain=False,
        new=frame,
        needs=takes_any_image,
        grows=4,
    ),
    TunerRow(
        'patches',
        dict(type='PatchPrompts', num_tokens=TOKENS),
        starts_as_plain=False,
        new=patches,
        needs=is_plain_vit,
    ),
    TunerRow(
        'channel',
        dict(type='ChannelPrompts', img_size=IMAGE),
        starts_as_plain=False,
        new=new_channel,
        needs=takes_the_image_as_it_is,
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
        dict(type='AddPrompts', img_size=IMAGE),
        starts_as_plain=False,
        new=token_vectors,
        needs=lambda backbone: has_ffn(backbone) and takes_any_image(backbone),
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
        unfrozen=output_norms,
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
        unfrozen=every,
        needs=is_described,
    ),
    TunerRow(
        'protuning_shallow',
        [SHALLOW, PRO],
        starts_as_plain=False,
        new=lambda backbone: shallow_prompts(backbone) + stage_blocks(backbone),
        needs=can_grow,
    ),
    TunerRow(
        'all_acts',  # unfreezes, extends, and edits blocks and maps
        [dict(type='BiasTuning'), PAIRS, dict(type='Adapter', reduction=4), PRO],
        starts_as_plain=False,
        new=lambda backbone: deep_prompts(backbone) + adapters(backbone) + stage_blocks(backbone),
        unfrozen=biases,
        needs=has_attention,
        sleeps=True,
    ),
]
