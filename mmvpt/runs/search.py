"""Where to look for the best (token %, segment %), when every look is a training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

#: Percentages of tokens and of segments to prune.
Candidate = tuple[int, int]
Evaluate = Callable[[Candidate], float]
#: As in the E2VPT paper.
LEVELS = tuple(range(10, 91, 10))


class BudgetSpent(Exception):
    """No further training is allowed."""


def search_all(evaluate: Evaluate, tokens: Sequence[int], segments: Sequence[int]) -> None:
    """Look everywhere, as the paper does."""
    for candidate in ((each, other) for each in tokens for other in segments):
        evaluate(candidate)


def search_compass(evaluate: Evaluate, tokens: Sequence[int], segments: Sequence[int]) -> None:
    """Look around the best place so far, less and less far away: compass search.

    It starts in the middle of the grid, goes to the best of the four neighbours at a distance as long as that is
    better, then halves the distance. It ends at a place that is no worse than its direct neighbours.

    It goes round the neighbours: to more of the tokens, less of the segments, less of the tokens, more of the segments.
    So three looks are along both axes, and five in both directions of each.
    """
    sides = tokens, segments
    place = len(tokens) // 2, len(segments) // 2

    def value(place: Candidate) -> float:
        return evaluate((tokens[place[0]], segments[place[1]]))

    best, step = value(place), max(map(len, sides)) // 4 or 1
    while step:
        around = list(_around(place, step, sides))
        values = [value(there) for there in around]
        if values and max(values) > best:
            best = max(values)
            place = around[values.index(best)]
        else:
            step //= 2


def _around(place: Candidate, step: int, sides: tuple[Sequence[int], Sequence[int]]) -> Iterator[Candidate]:
    """The places of the grid that are a step away, one after the other all round."""
    for first, second in ((step, 0), (0, -step), (-step, 0), (0, step)):
        there = place[0] + first, place[1] + second
        if all(0 <= index < len(side) for index, side in zip(there, sides, strict=True)):
            yield there
