"""Tests between methods give the values of papers, of hand calculations and of SciPy."""

from __future__ import annotations

from math import sqrt

import pytest
from scipy.stats import wilcoxon

from mmvpt.benchmark.statistics import holm, signed_rank, welch


def test_nineteen_wins_of_nineteen_have_the_value_that_vpt_prints() -> None:
    """Table 10 of VPT: 1.9e-06 against MLP-3, SIDETUNE and BIAS. It is the smallest there is, 1 / 2 ** 19."""
    better = [50.0 + 1.1**task for task in range(19)]
    assert signed_rank(better, [50.0] * 19, 'greater') == 2**-19
    assert f'{2**-19:.1e}' == '1.9e-06'
    assert signed_rank(better, [50.0] * 19) == signed_rank([50.0] * 19, better) == 2**-18


def test_one_small_loss_doubles_the_value() -> None:
    """3.8e-06 in Table 10, against ADAPTER: the rank that is lost is the smallest."""
    better = [49.9, *(51.0 + task for task in range(18))]
    assert f'{signed_rank(better, [50.0] * 19, "greater"):.1e}' == '3.8e-06'


def test_the_exact_distribution_is_that_of_scipy_where_nothing_is_tied() -> None:
    first, second = [70.1, 64.2, 90.5, 33.3, 51.8, 78.0, 42.4], [69.0, 66.1, 88.2, 30.0, 52.3, 72.9, 41.6]
    for alternative in ('two-sided', 'greater'):
        expected = wilcoxon(first, second, alternative=alternative, method='exact').pvalue
        assert signed_rank(first, second, alternative) == pytest.approx(expected)


def test_ties_share_ranks_and_equal_tasks_are_dropped() -> None:
    """Six differences of the same size, one of them a loss: seven of 64 signs have one minus at most."""
    first = [1.3, 2.3, 3.3, 4.3, 5.3, 5.7, 7.0]
    second = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert signed_rank(first, second, 'greater') == 7 / 64
    assert signed_rank(first, second) == 14 / 64


def test_five_tasks_cannot_show_anything() -> None:
    assert signed_rank([2.0, 3.0, 4.0, 5.0, 6.0], [1.0] * 5) is None
    assert signed_rank([2.0, 3.0, 4.0, 5.0, 6.0, 1.0], [1.0] * 6) is None  # one of six is equal
    assert signed_rank([2.0, 3.0, 4.0, 5.0, 6.0, 7.0], [1.0] * 6) == 2 / 2**6


def test_welchs_value_is_that_of_a_hand_calculation() -> None:
    """Means 6 and 2, both variances 2: t = 4 / sqrt(2), two degrees of freedom, whose distribution has a formula."""
    t = 4 / sqrt(2)
    assert welch([5.0, 7.0], [1.0, 3.0]) == pytest.approx(1 / 2 - t / (2 * sqrt(2 + t**2)))
    assert welch([1.0, 3.0], [5.0, 7.0]) == pytest.approx(1 / 2 + t / (2 * sqrt(2 + t**2)))


def test_welch_needs_two_runs_of_each_and_some_spread() -> None:
    assert welch([1.0], [2.0, 3.0]) is None
    assert welch([2.0, 2.0], [1.0, 1.0]) is None


def test_holm_multiplies_the_smallest_most_and_keeps_the_order() -> None:
    """Three comparisons: 3 x 0.01, 2 x 0.03, and 0.04 may not fall below that."""
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
