"""What a watching user sees of a sweep: a line for each evaluation, and a table of all trials."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mmvpt.text.tables import format_table

from ..trial import short_names
from .selection import By, judge
from .trials import SweepTrial


class Progress:
    """Prints how far trials are.

    Args:
        trials: All of them.
    """

    def __init__(self, trials: Sequence[SweepTrial]) -> None:
        self.trials = trials
        self._start = time.perf_counter()

    def tell(self, trial: SweepTrial) -> None:
        """Say in a line what a trial has come to."""
        ended = sum(each.state != 'open' for each in self.trials)
        found = list(trial.evaluations.values())
        value = trial.tested if trial.tested is not None else (found[-1] if found else None)
        state = {'open': f'after {len(found)} evaluations', 'done': 'done'}.get(trial.state, trial.state)
        what = state if value is None else f'{trial.metric} {value:.2f}, {state}'
        minutes = (time.perf_counter() - self._start) / 60
        print(f'   [{ended}/{len(self.trials)} ended, {minutes:.1f} min] {trial.title}: {what}', flush=True)


def tabulate_trials(trials: Sequence[SweepTrial], by: By, chosen: SweepTrial | None = None) -> str:
    """All trials that were begun, the best first."""
    begun = [trial for trial in trials if trial.training.folder.exists()]
    judged = {trial.name: judge(trial, by) for trial in begun}
    ranked = sorted(begun, key=lambda trial: (judged[trial.name] is None, -(judged[trial.name] or 0)))
    rows = []
    for trial in ranked:
        found = list(trial.evaluations.values())
        named = zip(short_names(trial.setting), trial.setting, strict=True)
        rows.append(
            {
                **{name: str(value) for name, (_, value) in named},
                'last': f'{found[-1]:.2f}' if found else '-',
                'best': f'{max(found):.2f}' if found else '-',
                'ended': trial.state,
                '': 'selected' if trial is chosen else '',
            }
        )
    return format_table(rows) if rows else 'No trial was begun.'
