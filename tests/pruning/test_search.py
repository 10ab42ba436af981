"""A search that is asked and told looks where one would that trains one model after the other."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from mmvpt.pruning.search import UNPRUNED, PruningSearch, SearchedModel
from mmvpt.runs.search import LEVELS, Candidate, search_all, search_compass


def one_by_one(value: Callable, keep_of: Callable, budget: int) -> list[Candidate]:
    """Compass search as it is told in words: the candidates that it trains, in their order."""
    trained: list[Candidate] = []
    kept = {str(keep_of(UNPRUNED)): value(UNPRUNED)}

    def look(place: Candidate) -> float:
        candidate = LEVELS[place[0]], LEVELS[place[1]]
        key = str(keep_of(candidate))
        if key not in kept:
            if len(trained) == budget:
                raise StopIteration
            trained.append(candidate)
            kept[key] = value(candidate)
        return kept[key]

    place, step = (4, 4), 2
    try:
        best = look(place)
        while step:
            around = [(place[0] + x, place[1] + y) for x, y in ((step, 0), (0, -step), (-step, 0), (0, step))]
            values = {there: look(there) for there in around if min(there) >= 0 and max(there) < 9}
            if max(values.values()) > best:
                best = max(values.values())
                place = next(there for there in values if values[there] == best)
            else:
                step //= 2
    except StopIteration:
        pass
    return trained


def coarse(candidate: Candidate) -> list:
    """What few tokens keep: neighbouring percentages are the same."""
    return [dict(tokens=[candidate[0] // 20], segments=[str(candidate[1] // 30)])]


@pytest.mark.parametrize('keep_of', [list, coarse])
@pytest.mark.parametrize('seed', range(20))
def test_batches_train_what_one_after_the_other_would(seed: int, keep_of: Callable) -> None:
    rng = Random(seed)
    values = {each: float(rng.randrange(8)) for each in [UNPRUNED, *((a, b) for a in LEVELS for b in LEVELS)]}
    budget = rng.choice([1, 3, 4, 5, 8, 81])
    unpruned = SearchedModel(values[UNPRUNED], 100)
    search = PruningSearch(search_compass(LEVELS, LEVELS), budget, keep_of, unpruned)
    trained = []
    while asked := search.ask():
        trained += asked
        for candidate in reversed(asked):  # they may end in any order
            search.tell(candidate, SearchedModel(values[candidate], 50))
    assert trained == one_by_one(values.__getitem__, keep_of, budget)
    assert list(search.same.values()).count(trained[0]) >= 1
    assert set(search.same.values()) <= {UNPRUNED, *trained}
    assert search.is_spent <= (len(trained) == budget)


def test_pairs_that_are_one_model_are_asked_for_once() -> None:
    search = PruningSearch(search_all((0, 30, 50), (0, 50)), None, coarse, SearchedModel(1.0, 100))
    assert search.ask() == [(0, 50), (30, 0), (30, 50), (50, 0), (50, 50)]
    search = PruningSearch(search_all((0, 30, 35), (0, 50)), None, coarse, SearchedModel(1.0, 100))
    assert search.ask() == [(0, 50), (30, 0), (30, 50)]
    assert search.same[35, 50] == (30, 50)
    assert search.same[0, 0] == UNPRUNED


def test_of_equals_the_smaller_model_is_best_and_the_whole_one_may_be_left_out() -> None:
    search = PruningSearch(search_all((30, 50), (50,)), None, list, SearchedModel(50.0, 100))
    for candidate, trained in zip(search.ask(), (60, 40), strict=True):
        search.tell(candidate, SearchedModel(50.0, trained))
    assert search.best(always_prune=False) == (50, 50)
    search.tell((50, 50), SearchedModel(49.0, 40))
    search.tell((30, 50), SearchedModel(48.0, 60))
    assert search.best(always_prune=False) == UNPRUNED
    assert search.best(always_prune=True) == (50, 50)
