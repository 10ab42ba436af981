"""A sweep under way: what it has come to, and what follows from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmvpt.files.write import write_atomically
from mmvpt.text.refused import Refused

from ..results import RESULTS_FILE, Result, write_results
from .plan import SweepPlan
from .progress import tabulate_trials
from .pruned import PrunedSweep
from .records import results_of
from .selection import select
from .trainings import finals_of
from .trials import SweepTrial

TABLE, TABLE_OF_PRUNED = 'selection.md', 'pruning.md'


@dataclass
class Sweep:
    """A sweep under way.

    Args:
        plan: What it is asked to do.
        trials: Of which one is selected.
        chosen: The one that was.
        table: All trials.
        pruned: The pruning of the model that was selected, where the plan prunes.
        finals: Final trainings.
        failure: Why it goes no further.
    """

    plan: SweepPlan
    trials: Sequence[SweepTrial]
    chosen: SweepTrial | None = None
    table: str = ''
    pruned: PrunedSweep | None = None
    finals: Sequence[SweepTrial] = ()
    failure: str = ''

    @property
    def what(self) -> str:
        """What it is called in messages."""
        return f'{self.plan.labels.task}, {self.plan.labels.method}'

    def select(self) -> None:
        """Select a trial; write and print the table of all."""
        try:
            self.chosen = select(self.trials, self.plan.by)
        except Refused as error:
            self.failure = f'{self.what}: {error}'
            return
        self.table = tabulate_trials(self.trials, self.plan.by, self.chosen)
        if self.plan.pruning is not None:
            self.pruned = PrunedSweep(self.plan, self.plan.pruning, self.chosen)
        self._tell(
            TABLE, self.table, f'selected {self.chosen.title}', self._finals if self.pruned is None else self._prunes
        )

    def plan_finals(self) -> None:
        """Plan the final trainings of what was selected, and of what is left of it."""
        try:
            if self.pruned is not None:
                tokens, segments = self.pruned.best
                what = f'selected to prune {tokens} % of tokens and {segments} % of segments'
                self._tell(TABLE_OF_PRUNED, self.pruned.tabulate(), what, self._finals)
                self.finals = self.pruned.finals()
            elif self.chosen is not None:
                self.finals = finals_of(self.plan, self.chosen.setting)
        except Refused as error:
            self.failure = f'{self.what}: {error}'

    def write(self) -> Sequence[Result]:
        """Write the results of all trainings that ended; return them."""
        pruned = self.pruned.trials.values() if self.pruned is not None else ()
        results = results_of(self.plan, [*self.trials, *pruned, *self.finals])
        write_results(self.plan.folder / RESULTS_FILE, results)
        return results

    @property
    def _finals(self) -> str:
        return f'Final trainings: {len(self.plan.seeds)}'

    @property
    def _prunes(self) -> str:
        number = self.plan.trainings_to_prune
        return f'Pruning: {f"{number} trainings at most" if number is not None else "all pairs of percentages"}'

    def _tell(self, name: str, table: str, what: str, follows: str) -> None:
        write_atomically(self.plan.folder / name, lambda file: file.write(f'{table}\n'.encode()))
        print(f'\n{table}\n\n== {self.what}: {what}. {follows}', flush=True)
