"""A sweep from its plan to the results of its final trainings."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmvpt.files.write import write_atomically
from mmvpt.runs.steps import StepFailed

from ..results import RESULTS_FILE, Result, write_results
from .plan import SweepPlan
from .progress import Progress, tabulate_trials
from .records import results_of
from .search import Search
from .selection import select
from .trainings import finals_of, runs_of, trials_of
from .trials import SweepTrial
from .with_ray import Resources, run_trials

TABLE = 'selection.md'


@dataclass(frozen=True)
class Swept:
    """What a sweep came to: its trials as a table, the one that was selected, and the results of all."""

    table: str
    chosen: SweepTrial
    results: Sequence[Result]


def run_sweep(plan: SweepPlan, resources: Resources) -> Swept:
    """Run the trials, select one, train it for good with each seed, and leave ``results.jsonl``."""
    plan.check()
    trials = trials_of(plan)
    print(
        f'\n== {plan.labels.task}, {plan.labels.method}: {plan.number} of {plan.size} points, {_how(plan)}', flush=True
    )
    runs = runs_of(plan, trials)
    _run(runs, plan.how, resources, Progress(runs))
    chosen = select(trials, plan.by)
    table = tabulate_trials(trials, plan.by, chosen)
    write_atomically(plan.folder / TABLE, lambda file: file.write(f'{table}\n'.encode()))
    write_results(plan.folder / RESULTS_FILE, results_of(plan, trials))
    print(f'\n{table}\n\n== Selected: {chosen.title}. Final trainings: {len(plan.seeds)}', flush=True)
    finals = finals_of(plan, chosen.setting)
    _run(finals, Search(), resources, Progress(finals))
    results = results_of(plan, [*trials, *finals])
    write_results(plan.folder / RESULTS_FILE, results)
    return Swept(table, chosen, results)


def _how(plan: SweepPlan) -> str:
    """How its trials train, in words."""
    if plan.why_separate is None:
        return 'all heads together, on features that are computed once'
    return f'one by one ({plan.why_separate})'


def _run(trials: Sequence[SweepTrial], search: Search, resources: Resources, progress: Progress) -> None:
    """Run trials; errors other than divergence end the sweep when all others have ended."""
    errors: Mapping[str, BaseException] = run_trials(trials, search, resources, progress)
    if errors:
        name, error = next(iter(errors.items()))
        width = shutil.get_terminal_size().columns
        raise StepFailed(
            f'{len(errors)} of {len(trials)} trials failed: {", ".join(errors)}. The first, {name}:\n'
            f'{str(error).strip()[-20 * width :]}\nThe others are finished. Mend what is wrong and give the same '
            'command again: finished trials are kept.'
        )
