"""Few trainings find what all of them would, where there is something to find."""

from __future__ import annotations

import pytest

from mmvpt.runs.search import LEVELS, search_all, search_compass


def visits(search, value, tokens=LEVELS, segments=LEVELS) -> list:
    return [candidate for batch in batches(search, value, tokens, segments) for candidate in batch]


def batches(search, value, tokens=LEVELS, segments=LEVELS) -> list:
    """What a search asks for at a time, where it is told the value of each."""
    looks = search(tokens, segments)
    asked = [next(looks)]
    while True:
        try:
            asked.append(looks.send([value(*candidate) for candidate in asked[-1]]))
        except StopIteration:
            return asked


def test_everywhere_means_81_pairs_as_in_the_paper() -> None:
    seen = visits(search_all, lambda tokens, segments: 0.0)
    assert len(seen) == len(set(seen)) == 81


@pytest.mark.parametrize('peak', [(50, 50), (20, 90), (90, 10), (70, 40)])
def test_the_compass_ends_at_the_top_of_a_hill(peak: tuple) -> None:
    def height(tokens, segments):
        return -abs(tokens - peak[0]) - abs(segments - peak[1])

    seen = visits(search_compass, height)
    assert max(seen, key=lambda each: height(*each)) == peak
    assert len(set(seen)) <= 30


def test_the_first_look_is_in_the_middle_and_the_next_around_it() -> None:
    seen = visits(search_compass, lambda tokens, segments: 0.0)
    assert seen[0] == (50, 50)
    assert seen[1:5] == [(70, 50), (50, 30), (30, 50), (50, 70)]
    assert seen[5:] == [(60, 50), (50, 40), (40, 50), (50, 60)]


def test_what_may_be_trained_side_by_side_is_asked_for_at_once() -> None:
    assert len(batches(search_all, lambda tokens, segments: 0.0)) == 1
    assert [len(batch) for batch in batches(search_compass, lambda tokens, segments: 0.0)] == [1, 4, 4]
    with_corner = batches(search_compass, lambda tokens, segments: tokens + segments)
    assert [len(batch) for batch in with_corner][-1] == 2  # two of its neighbours are outside the grid


def test_three_looks_are_along_both_axes_and_five_in_both_directions_of_each() -> None:
    seen = visits(search_compass, lambda tokens, segments: 0.0)
    for number, expected in ((3, 1), (5, 2)):
        tokens, segments = zip(*seen[1:number], strict=True)
        assert len({each for each in tokens if each != 50}) == expected
        assert len({each for each in segments if each != 50}) == expected


def test_a_grid_of_one_place_is_looked_at_once() -> None:
    assert visits(search_compass, lambda tokens, segments: 0.0, tokens=[30], segments=[0]) == [(30, 0)]
