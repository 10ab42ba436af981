"""Sweeps from their plans to the results of their final trainings."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmvpt.files.write import write_atomically
from mmvpt.runs.steps import StepFailed
from mmvpt.text.refused import Refused
from mmvpt.text.shorten import shorten

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
    (swept,) = run_sweeps([plan], resources)
    return swept


def run_sweeps(plans: Sequence[SweepPlan], resources: Resources) -> list[Swept]:
    """Run several sweeps: first the trials of all, then the final trainings of all, so that no machine waits for one.

    One in which nothing can be selected does not stop the others; it is told at the end.
    """
    for plan in plans:
        plan.check()
    trials = {plan.folder: trials_of(plan) for plan in plans}
    _refuse_others([trial for some in trials.values() for trial in some])
    for search, together in _by_search(plans):
        for plan in together:
            what = f'{plan.labels.task}, {plan.labels.method}'
            print(f'\n== {what}: {plan.number} of {plan.size} points, {_how(plan)}', flush=True)
        _run([run for plan in together for run in runs_of(plan, trials[plan.folder])], search, resources)
    chosen: list[tuple[SweepPlan, SweepTrial, str]] = []
    failures: list[str] = []
    for plan in plans:
        try:
            best = select(trials[plan.folder], plan.by)
        except Refused as error:
            failures.append(f'{plan.labels.task}, {plan.labels.method}: {error}')
        else:
            chosen.append((plan, best, _tell(plan, trials[plan.folder], best)))
        write_results(plan.folder / RESULTS_FILE, results_of(plan, trials[plan.folder]))
    finals = {plan.folder: finals_of(plan, best.setting) for plan, best, _ in chosen}
    _refuse_others([final for some in finals.values() for final in some])
    _run([final for some in finals.values() for final in some], Search(), resources)
    swept = []
    for plan, best, table in chosen:
        results = results_of(plan, [*trials[plan.folder], *finals[plan.folder]])
        write_results(plan.folder / RESULTS_FILE, results)
        swept.append(Swept(table, best, results))
    if failures:
        raise Refused('\n'.join(failures))
    return swept


def _tell(plan: SweepPlan, trials: Sequence[SweepTrial], best: SweepTrial) -> str:
    """Write and print the table of trials."""
    table = tabulate_trials(trials, plan.by, best)
    write_atomically(plan.folder / TABLE, lambda file: file.write(f'{table}\n'.encode()))
    what = f'{plan.labels.task}, {plan.labels.method}'
    print(f'\n{table}\n\n== {what}: selected {best.title}. Final trainings: {len(plan.seeds)}', flush=True)
    return table


def _by_search(plans: Sequence[SweepPlan]) -> list[tuple[Search, Sequence[SweepPlan]]]:
    """Plans whose trials can run side by side; a search that looks at results, or stops trials, is for one plan."""
    plain = [plan for plan in plans if plan.how == Search(seed=plan.how.seed)]
    others = [(plan.how, [plan]) for plan in plans if plan not in plain]
    return [*([(Search(), plain)] if plain else []), *others]


def _how(plan: SweepPlan) -> str:
    """How its trials train, in words."""
    if plan.why_separate is None:
        return 'all heads together, on features that are computed once'
    once = ', from features of the frozen blocks that are computed once' if plan.keeps_features else ''
    return f'one by one ({plan.why_separate}){once}'


def _refuse_others(trials: Sequence[SweepTrial]) -> None:
    """Refuse to clear trainings of another config or another base, which may have taken days."""
    others = {trial.training.folder: None for trial in trials if trial.training.stamp.is_of_others()}
    if others:
        raise Refused(
            f'{len(others)} run folders are of another config, base or environment than this sweep would train with: '
            f'{shorten([str(folder) for folder in others], 3)}. Choose another --work-dir, or remove them first.'
        )


def _run(trials: Sequence[SweepTrial], search: Search, resources: Resources) -> None:
    """Run trials; errors other than divergence end the sweep when all others have ended."""
    errors: Mapping[str, BaseException] = run_trials(trials, search, resources, Progress(trials)) if trials else {}
    if errors:
        name, error = next(iter(errors.items()))
        width = shutil.get_terminal_size().columns
        raise StepFailed(
            f'{len(errors)} of {len(trials)} trials failed: {", ".join(errors)}. The first, {name}:\n'
            f'{str(error).strip()[-20 * width :]}\nThe others are finished. Mend what is wrong and give the same '
            'command again: finished trials are kept.'
        )
