"""Tests of whether one method is better than another: over tasks, and over the seeds of one task.

VPT (https://arxiv.org/abs/2203.12119, appendix B) has both: Wilcoxon's for paired means of tasks in Table 10, Welch's
for unpaired runs in Fig. 16. Both of its tests are one-tailed, and neither is corrected for the number of comparisons.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from statistics import variance
from typing import Literal

from scipy.stats import rankdata, ttest_ind

Alternative = Literal['two-sided', 'greater']
#: With five tasks a two-sided test cannot fall below 2 / 2 ** 5 = 0.0625, whatever the methods come to.
LEAST_TASKS = 6
_DIGITS = 9  # differences that are equal but for the rounding of floats are ties


def signed_rank(
    first: Sequence[float], second: Sequence[float], alternative: Alternative = 'two-sided'
) -> float | None:
    """The exact p-value of Wilcoxon's signed-rank test between two methods, paired by task.

    Tasks with equal means say nothing and are dropped; ties share their ranks, and the distribution is that of these
    ranks. Table 10 of VPT is one-tailed, ``'greater'``: the first method is better. Two-sided asks less of the reader,
    who need not know which one was expected to be better.

    Args:
        first: The means of the tasks.
        second: Those of the other method, in the same order.
        alternative: What is shown if the value is small.

    Returns:
        None where fewer than ``LEAST_TASKS`` tasks differ.
    """
    pairs = zip(first, second, strict=True)
    differences = [difference for a, b in pairs if (difference := round(a - b, _DIGITS))]
    if len(differences) < LEAST_TASKS:
        return None
    ranks = [round(2 * rank) for rank in rankdata([abs(difference) for difference in differences])]  # halves: whole
    observed = sum(rank for rank, difference in zip(ranks, differences, strict=True) if difference > 0)
    ways = _ways(ranks)
    at_least = sum(ways[observed:]) / sum(ways)
    if alternative == 'greater':
        return at_least
    at_most = sum(ways[: observed + 1]) / sum(ways)
    return min(1.0, 2 * min(at_least, at_most))


def _ways(ranks: Sequence[int]) -> list[int]:
    """In how many ways signs can be given to ranks, by the sum of those with a plus."""
    ways = [1] + [0] * sum(ranks)
    for rank in ranks:
        ways = [number + (ways[total - rank] if total >= rank else 0) for total, number in enumerate(ways)]
    return ways


def welch(first: Sequence[float], second: Sequence[float]) -> float | None:
    """The p-value of Welch's t-test on whether the first method is better, by the runs of one task.

    Unpaired, unequal variances and one-tailed, as Fig. 16 of VPT.

    Args:
        first: What each seed came to.
        second: The same for the other method; seeds need not be the same.

    Returns:
        None where a method has one run, or no run differs from another of its method.
    """
    if min(len(first), len(second)) < 2 or not (variance(first) or variance(second)):
        return None
    return float(ttest_ind(first, second, equal_var=False, alternative='greater').pvalue)


def holm(values: Sequence[float]) -> list[float]:
    """P-values corrected for how many there are, by Holm: below 0.05, at most one in 20 such families has an error."""
    order = sorted(range(len(values)), key=values.__getitem__)
    steps = ((len(values) - place) * values[index] for place, index in enumerate(order))
    corrected = dict(zip(order, accumulate(steps, max), strict=True))
    return [min(1.0, corrected[index]) for index in range(len(values))]
