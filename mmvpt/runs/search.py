"""Where to look for the best (token %, segment %), when every look is a training.

A search is a generator: it yields the candidates that may be trained side by side, and is sent what each came to.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

#: Percentages of tokens and of segments to prune.
Candidate = tuple[int, int]
#: Yields candidates and is sent their values, in the same order.
Looks = Generator[Sequence[Candidate], Sequence[float], None]
#: As in the E2VPT paper.
LEVELS = tuple(range(10, 91, 10))


def search_all(tokens: Sequence[int], segments: Sequence[int]) -> Looks:
    """Look everywhere, as the paper does."""
    yield [(each, other) for each in tokens for other in segments]


def search_compass(tokens: Sequence[int], segments: Sequence[int]) -> Looks:
    """Look around the best place so far, less and less far away: compass search.

    It starts in the middle of the grid, goes to the best of the four neighbours at a distance as long as that is
    better, then halves the distance. It ends at a place that is no worse than its direct neighbours.

    It goes round the neighbours: to more of the tokens, less of the segments, less of the tokens, more of the segments.
    So three looks are along both axes, and five in both directions of each.
    """
    sides = tokens, segments
    place = len(tokens) // 2, len(segments) // 2
    (best,) = yield [(tokens[place[0]], segments[place[1]])]
    step = max(map(len, sides)) // 4 or 1
    while step:
        around = list(_around(place, step, sides))
        values = (yield [(tokens[first], segments[second]) for first, second in around]) if around else []
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
