"""Searches for what to prune go on in rounds on Ray, and what their folders say is finished is not run again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from mmvpt.benchmark.sweep import run as sweep_run
from mmvpt.benchmark.sweep.plan import Labels, SweepPlan
from mmvpt.benchmark.sweep.pruned import PrunedSweep
from mmvpt.benchmark.sweep.selection import judge
from mmvpt.benchmark.sweep.trials import SweepTrial
from mmvpt.benchmark.sweep.with_ray import Resources, connected
from mmvpt.pruning.plan import Pruning
from mmvpt.pruning.search import SearchedModel

from .pretended import notes_of, pretend


class PretendedPruning(PrunedSweep):
    """A pruning whose trainings pretend: they are the better the nearer percentages are to a peak."""

    def __init__(self, folder: Path, peak: tuple[int, int], budget: int) -> None:
        plan = SweepPlan('', folder, Labels('', '', '', ''), pruning_budget=budget)
        super().__init__(plan, Pruning(always_prune=True), whole=pretend(folder / 'whole', 3.0))
        self.peak = peak

    scoring = property(lambda self: pretend(self.plan.folder / 'scores', 2.0))

    def _keep(self, candidate):
        return [dict(tokens=list(candidate))]

    def _judge(self, trial: SweepTrial) -> SearchedModel:
        value = judge(trial, 'last')
        assert value is not None
        return SearchedModel(value, 100)

    def _trainings(self, phase, candidate):
        away = sum(abs(one - other) for one, other in zip(candidate, self.peak, strict=True))
        folder = self.plan.folder / '_'.join(map(str, candidate))
        return SimpleNamespace(trial=lambda *args: pretend(folder, 1 + away / 100))


@pytest.mark.long
def test_two_searches_share_their_rounds_and_are_not_repeated(tmp_path: Path) -> None:
    def prunings() -> list[PretendedPruning]:
        made = [
            PretendedPruning(tmp_path / 'one', peak=(70, 50), budget=3),
            PretendedPruning(tmp_path / 'two', peak=(30, 40), budget=1),
        ]
        for pruning in made:
            pruning.whole.run()
            pruning.scoring.run()
        return made

    prunings()[0].ask()[0].run()  # by a sweep that was killed
    prunings_on_ray = prunings()
    with connected(None):
        sweep_run._prune(prunings_on_ray, Resources())
    again = prunings()
    sweep_run._prune(again, Resources())
    for each in (prunings_on_ray, again):
        assert [pruning.best for pruning in each] == [(70, 50), (50, 50)]
        assert [len(pruning.trials) for pruning in each] == [3, 1]
    for trial in (trial for pruning in again for trial in pruning.trials.values()):
        assert notes_of(trial).count('start') == 1
