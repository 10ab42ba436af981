"""What a tuner did to a backbone is noted where it is done, and told in few lines."""

from __future__ import annotations

import copy

import pytest
from mmengine.registry import MODELS as ALL_MODELS
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy
from mmvpt.models import TunedBackbone
from mmvpt.models.bindings import Binding, fold_rows, format_bindings
from mmvpt.tuners import Tuner

ARCH = dict(embed_dims=32, num_layers=3, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
SWIN = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 1, 2, 1], num_heads=[1, 1, 2, 2]),
    img_size=32,
    window_size=2,
)


def told(tuner: dict | list[dict], backbone: dict = VIT) -> list[tuple]:
    """Folded rows, without their parameters."""
    rows = fold_rows(TunedBackbone(backbone, tuner).bindings())
    return [(row.tuner, row.act, row.site, row.parameters) for row in rows]


def test_every_block_of_deep_prompts_is_a_row() -> None:
    rows = TunedBackbone(VIT, dict(type='DeepPrompts', num_tokens=4)).bindings()
    assert [row.site for row in rows] == ['layers.0.attn', 'layers.1.attn', 'layers.2.attn']
    assert {(row.tuner, row.act, row.parameters) for row in rows} == {('DeepPrompts', 'extend', 128)}
    assert [row.shapes for row in rows] == [[(4, 32)]] * 3


@pytest.mark.parametrize(
    ('tuner', 'expected'),
    [
        (dict(type='LinearProbe'), []),
        (dict(type='FullTuning'), [('FullTuning', 'unfreeze', '', 32448)]),
        (
            dict(type='NormTuning', which='output'),
            [
                ('NormTuning', 'unfreeze', 'ln1.weight', 32),
                ('NormTuning', 'unfreeze', 'ln1.bias', 32),
            ],
        ),
        (dict(type='ShallowPrompts', num_tokens=4), [('ShallowPrompts', 'edit', 'layers.0-2', 128)]),
        (dict(type='KeyValuePrompts', num_tokens=4), [('KeyValuePrompts', 'extend', 'layers.0-2.attn', 384)]),
        (dict(type='Adapter', reduction=4), [('Adapter', 'edit', 'layers.0-2.ffn.gamma2', 3 * 552)]),
        (
            dict(type='LoRA', rank=2, targets=('q', 'ffn')),
            [
                ('LoRA', 'edit', 'layers.0-2.attn', 3 * 128),
                ('LoRA', 'edit', 'layers.0-2.ffn.layers.0.0', 3 * 192),
                ('LoRA', 'edit', 'layers.0-2.ffn.layers.1', 3 * 192),
            ],
        ),
        (dict(type='PadPrompts', padding=4, img_size=32), [('PadPrompts', 'edit', '', 3 * 8 * (40 + 32))]),
    ],
    ids=lambda value: value['type'] if isinstance(value, dict) else '',
)
def test_acts_of_every_kind_are_noted_with_their_sites_and_parameters(tuner: dict, expected: list) -> None:
    assert told(tuner) == expected


def test_tuners_of_a_list_have_rows_of_their_own() -> None:
    tuners = [dict(type='KeyValuePrompts', num_tokens=4), dict(type='DeepPrompts', num_tokens=4)]
    assert told([*tuners, dict(type='ClsTokenTuning')]) == [
        ('KeyValuePrompts', 'extend', 'layers.0-2.attn', 384),
        ('DeepPrompts', 'extend', 'layers.0-2.attn', 384),
        ('ClsTokenTuning', 'unfreeze', 'cls_token', 32),
    ]


def test_prompts_that_travel_are_told_from_those_that_do_not() -> None:
    assert told(dict(type='DeepPrompts', num_tokens=4, end=-1)) == [
        ('DeepPrompts', 'edit', 'layers.1-2', 128),
        ('DeepPrompts', 'extend', 'layers.0.attn', 128),
    ]


def test_blocks_of_other_widths_are_rows_of_their_own() -> None:
    assert told(dict(type='DeepPrompts', num_tokens=4), SWIN) == [
        ('DeepPrompts', 'extend', 'stages.0.blocks.0.attn.w_msa', 64),
        ('DeepPrompts', 'extend', 'stages.1.blocks.0.attn.w_msa', 128),
        ('DeepPrompts', 'extend', 'stages.2.blocks.0-1.attn.w_msa', 512),
        ('DeepPrompts', 'extend', 'stages.3.blocks.0.attn.w_msa', 512),
    ]


def test_what_the_backbone_keeps_frozen_itself_is_not_counted() -> None:
    frozen = dict(VIT, frozen_stages=3)
    (row,) = TunedBackbone(frozen, dict(type='PartialTuning', blocks=1)).bindings()
    assert (row.site, row.parameters, row.shapes) == ('layers.2', 0, [])


class Flip(Tuner):
    """A tuner of somebody else, who notes nothing."""

    def attach(self, anatomy: Anatomy) -> None:
        self.scale = nn.Parameter(next(anatomy.backbone.parameters()).new_ones(2))
        next(anatomy.blocks).before(self.flip)

    def flip(self, x: Tensor) -> Tensor:
        return x.flip(1)


def test_a_tuner_of_somebody_else_writes_nothing_more() -> None:
    assert told(dict(type=Flip)) == [('Flip', 'edit', 'layers.0', 2)]


def test_bindings_of_a_copy_are_those_of_the_copy() -> None:
    tuned = TunedBackbone(VIT, [dict(type='DeepPrompts'), dict(type='NormTuning')])
    twin = copy.deepcopy(tuned)
    theirs, ours = ({id(tensor) for row in model.bindings() for tensor in row.tensors} for model in (twin, tuned))
    assert theirs <= {id(param) for param in twin.parameters()}
    assert not theirs & ours
    assert format_bindings(twin.bindings()) == format_bindings(tuned.bindings())


def test_numbers_with_gaps_are_spelt() -> None:
    tensor = nn.Parameter(ALL_MODELS.build(VIT).cls_token)
    rows = [Binding('T', 'edit', f'layers.{number}.attn', (tensor,)) for number in (0, 1, 2, 5, 7, 8)]
    (row,) = fold_rows(rows)
    assert row.site == 'layers.0-2,5,7-8.attn'
    assert row.parameters == 32  # shared ones count once


def test_a_printed_model_says_what_was_bound_in_few_lines() -> None:
    tuned = TunedBackbone(VIT, dict(type='DeepPrompts', num_tokens=4))
    assert tuned.extra_repr().splitlines() == [
        'tuner        act     site             shapes     parameters',
        'DeepPrompts  extend  layers.0-2.attn  3 of 4x32         384',
    ]
    assert tuned.extra_repr().splitlines()[1] in repr(tuned)
    assert TunedBackbone(VIT, dict(type='LinearProbe')).extra_repr() == 'No tuner binds anything to the backbone.'


def test_a_long_table_is_cut_where_a_model_is_printed() -> None:
    lines = TunedBackbone(SWIN, dict(type='BiasTuning')).extra_repr().splitlines()
    assert len(lines) == 1 + 12 + 1
    assert lines[-1] == 'and 18 rows more, which `mmvpt show` prints'
