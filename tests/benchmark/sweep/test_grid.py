"""The grid of a sweep comes from the fragments of its config, and a part of it costs a quarter at most."""

from __future__ import annotations

import pytest

from mmvpt.benchmark.sweep.grid import draw, grid_of, points_of, quarter
from mmvpt.benchmark.sweep.search import folder_name
from mmvpt.config.open import open_config
from mmvpt.text.refused import Refused

RATE, DECAY = 'optim_wrapper.optimizer.lr', 'optim_wrapper.optimizer.weight_decay'
TOKENS = 'model.backbone.tuner.num_tokens'


def test_the_grid_of_a_config_is_that_of_its_optimizer_and_its_tuner() -> None:
    grid = grid_of(open_config('mmvpt::vit_vpt_cub'))
    assert {key: len(values) for key, values in grid.items()} == {RATE: 10, DECAY: 4, TOKENS: 6}  # VPT, Table 7, A.1
    assert len(points_of(grid)) == 240


def test_axes_that_are_asked_for_come_in_place_of_those_of_the_config() -> None:
    grid = grid_of(open_config('mmvpt::vit_linear_cub'), {DECAY: [0.0], 'train_dataloader.batch_size': [64, 128]})
    assert (grid[DECAY], grid['train_dataloader.batch_size']) == ((0.0,), (64, 128))
    assert len(points_of(grid)) == 10 * 2


@pytest.mark.parametrize('values', [0.1, [], '0.1'])
def test_an_axis_that_is_no_list_is_refused(values: object) -> None:
    with pytest.raises(Refused, match='Give a list of values'):
        grid_of(open_config('mmvpt::vit_linear_cub'), {RATE: values})  # type: ignore[dict-item]


def test_a_config_without_a_grid_says_how_to_give_one() -> None:
    with pytest.raises(Refused, match='has no grid, so there is nothing to try. Give one: --grid'):
        grid_of(open_config('mmvpt::fcn_linear_shapes'))


@pytest.mark.parametrize(('rates', 'decays', 'seeds'), [(10, 4, 3), (10, 4, 5), (4, 4, 3), (2, 1, 3), (240, 1, 3)])
def test_the_default_costs_a_quarter_of_the_whole_grid_where_that_leaves_four_trials(rates, decays, seeds) -> None:
    grid = {RATE: list(range(rates)), DECAY: list(range(decays))}
    number, whole = quarter(grid, seeds), rates * decays
    assert min(4, whole) <= number <= whole
    assert number <= 4 or number + seeds <= (whole + seeds) / 4


def test_points_are_drawn_in_the_order_of_the_grid_and_the_same_for_the_same_seed() -> None:
    points = points_of({RATE: list(range(40))})
    some = draw(points, 9)
    assert len(some) == 9
    assert some == sorted(some) == draw(points, 9)
    assert draw(points, 9, seed=1) != some
    assert draw(points, 50) == points


def test_a_point_is_named_by_the_ends_of_its_keys_unless_two_are_the_same() -> None:
    assert folder_name(((RATE, 2.5), (DECAY, 0.01))) == 'lr2.5_weight_decay0.01'
    both = (('model.backbone.tuner.0.num_tokens', 5), ('model.backbone.tuner.1.num_tokens', 1))
    assert folder_name(both) == '0.num_tokens5_1.num_tokens1'
