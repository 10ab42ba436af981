"""Values are written as source that means the same, one item a line where a line is full."""

from typing import Any

import pytest
from mmengine.config import ConfigDict

from mmvpt.config.expression import put, source, variables


@pytest.mark.parametrize(
    'value',
    [
        3,
        None,
        'a string',
        (1,),
        [],
        {},
        dict(a=1, b=[dict(c=(2, 3))]),
        {'not an identifier': 1, '0.num_tokens': [1, 5]},
        [dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=begin) for begin in range(4)],
        dict(long=tuple(range(100, 160)), one=('x' * 130,), deep=dict(deeper=dict(type='x' * 60, other='y' * 60))),
    ],
)
def test_source_means_the_value(value: Any) -> None:
    text = source(value)
    assert eval(text) == value  # noqa: S307
    assert all(len(line) <= 160 for line in text.splitlines())


def test_a_changed_variable_is_a_copy_with_the_change() -> None:
    tree: dict[str, Any] = {}
    put(tree, 'model.backbone', '_base_.backbone')
    put(tree, 'model.backbone.init_cfg.checkpoint', 'mine.pth')
    put(tree, 'model.backbone.depth', 18)
    base = ConfigDict(backbone=dict(type='ResNet', init_cfg=dict(type='Pretrained', checkpoint='theirs.pth')))
    assert eval(source(tree), dict(_base_=base)) == dict(  # noqa: S307
        model=dict(backbone=dict(type='ResNet', init_cfg=dict(type='Pretrained', checkpoint='mine.pth'), depth=18))
    )
    assert base.backbone.init_cfg.checkpoint == 'theirs.pth'


def test_values_of_a_row_are_not_changed_by_what_is_put_inside() -> None:
    shared = dict(lr=1)
    tree: dict[str, Any] = {}
    put(tree, 'optimizer', shared)
    put(tree, 'optimizer.lr', 2)
    assert (shared, tree) == (dict(lr=1), dict(optimizer=dict(lr=2)))


def test_variables_are_found_wherever_they_are() -> None:
    value = dict(a=['_base_.tuner', dict(b='_base_.feature_dims[-1]')], c=('_base_.model.head',), d='tuner')
    assert variables(value) == {'tuner', 'feature_dims', 'model'}
