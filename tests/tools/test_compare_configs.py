"""Resolved configs are compared key by key."""

import runpy
from pathlib import Path

import pytest

TOOL = runpy.run_path(str(Path(__file__).resolve().parents[2] / 'tools' / 'compare_configs.py'))


@pytest.mark.parametrize(
    ('after', 'found'),
    [
        (dict(model=dict(scale=(1, 2)), default_hooks=dict(a=1, b=2)), []),
        (dict(model=dict(scale=(1, 3)), default_hooks=dict(a=1, b=2)), ['model.scale.1: 2 before, 3 after']),
        (dict(model=dict(scale=[1, 2]), default_hooks=dict(a=1, b=2)), ['model.scale: (1, 2) before, [1, 2] after']),
        (dict(model={}, default_hooks=dict(a=1, b=2)), ['model.scale: only before']),
        (
            dict(model=dict(scale=(1, 2)), default_hooks=dict(b=2, a=1)),
            ["default_hooks: in the order ['b', 'a'], ['a', 'b'] before"],
        ),
    ],
)
def test_a_difference_is_told_by_its_key(after: dict, found: list[str]) -> None:
    before = dict(model=dict(scale=(1, 2)), default_hooks=dict(a=1, b=2))
    assert list(TOOL['differences'](before, after)) == found


def test_a_config_that_is_gone_is_a_difference_and_a_repair_is_none(capsys: pytest.CaptureFixture) -> None:
    before = TOOL['resolve']('vit_full_cub')
    saved = {'vit_full_cub': before | dict(more=1), 'no_such': {}}
    assert TOOL['check'](saved, []) == 2
    assert TOOL['check'](saved, ['vit_full_cub.more', 'no_such']) == 0
    assert 'vit_full_cub.more: only before' in capsys.readouterr().out
