"""Tuners are found by name, and an unknown one says what there is."""

from __future__ import annotations

import pytest

from mmvpt.tuners import DeepPrompts, LinearProbe, TunerList, build_tuner
from mmvpt.tuners.selective import is_bias


def test_a_tuner_needs_no_prefix_but_may_have_one() -> None:
    assert type(build_tuner(dict(type='DeepPrompts'))) is DeepPrompts
    assert type(build_tuner(dict(type='mmvpt.DeepPrompts'))) is DeepPrompts
    assert type(build_tuner(dict(type=LinearProbe))) is LinearProbe


def test_a_list_becomes_a_list_in_order() -> None:
    tuners = build_tuner([dict(type='DeepPrompts'), dict(type='BiasTuning')])
    assert isinstance(tuners, TunerList)
    assert [type(tuner).__name__ for tuner in tuners] == ['DeepPrompts', 'BiasTuning']


@pytest.mark.parametrize('name', ['DeepPromts', 'TunedBackbone', 'mmpretrain.ResNet', None])
def test_an_unknown_tuner_lists_the_known_and_how_to_teach(name: str | None) -> None:
    known = 'Known: .*BiasTuning.*DeepPrompts.*@MODELS.register_module'
    with pytest.raises(ValueError, match=rf'Unknown tuner {name!r}. {known}'):
        build_tuner(dict(type=name))


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match='The list of tuners is empty'):
        build_tuner([])


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('layers.0.ln1.bias', True),
        ('layers.0.attn.attn.in_proj_bias', True),
        ('layers.0.attn.q_bias', True),
        ('layers.0.attn.relative_position_bias_table', False),
        ('bias_layers.0.weight', False),
    ],
)
def test_the_last_segment_makes_a_bias(name: str, expected: bool) -> None:
    assert is_bias(name) == expected
