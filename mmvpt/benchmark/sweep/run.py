"""Sweeps from their plans to the results of their final trainings."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmvpt.runs.steps import StepFailed
from mmvpt.text.refused import Refused
from mmvpt.text.shorten import shorten

from ..results import Result
from .plan import SweepPlan
from .progress import Progress
from .pruned import PrunedSweep
from .search import Search
from .trainings import runs_of, trials_of
from .trials import SweepTrial
from .under_way import Sweep
from .with_ray import Resources, run_trials


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
    """Run several sweeps: first the trials of all, then what prunes, then the final trainings of all.

    So no machine waits for one of them. One in which nothing can be selected does not stop the others; it is told at
    the end.
    """
    for plan in plans:
        plan.check()
    sweeps = [Sweep(plan, trials_of(plan)) for plan in plans]
    _refuse_others([trial for sweep in sweeps for trial in sweep.trials])
    for search, together in _by_search(sweeps):
        for sweep in together:
            number, size = sweep.plan.number, sweep.plan.size
            print(f'\n== {sweep.what}: {number} of {size} points, {_how(sweep.plan)}', flush=True)
        _run([run for sweep in together for run in runs_of(sweep.plan, sweep.trials)], search, resources)
    for sweep in sweeps:
        sweep.select()
        sweep.write()
    _prune([sweep.pruned for sweep in sweeps if sweep.pruned is not None], resources)
    for sweep in sweeps:
        sweep.plan_finals()
        if sweep.pruned is not None:
            sweep.write()
    finals = [final for sweep in sweeps for final in sweep.finals]
    _refuse_others(finals)
    _run(finals, Search(), resources)
    results = {sweep.plan.folder: sweep.write() for sweep in sweeps}
    if failures := [sweep.failure for sweep in sweeps if sweep.failure]:
        raise Refused('\n'.join(failures))
    return [Swept(sweep.table, sweep.chosen, results[sweep.plan.folder]) for sweep in sweeps if sweep.chosen]


def _prune(pruned: Sequence[PrunedSweep], resources: Resources) -> None:
    """Score prompts, then train in rounds what the searches of all ask for."""
    asked = [each.scoring for each in pruned]
    while asked:
        _refuse_others(asked)
        _run(asked, Search(), resources)
        asked = [trial for each in pruned for trial in each.ask()]


def _by_search(sweeps: Sequence[Sweep]) -> list[tuple[Search, Sequence[Sweep]]]:
    """Sweeps whose trials can run side by side; a search that looks at results, or stops trials, is for one sweep."""
    plain = [sweep for sweep in sweeps if sweep.plan.how == Search(seed=sweep.plan.how.seed)]
    others = [(sweep.plan.how, [sweep]) for sweep in sweeps if sweep not in plain]
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
            f'{len(others)} run folders are of another config, base or environment, or of other data, than this sweep '
            f'would train with: {shorten([str(folder) for folder in others], 3)}. Choose another --work-dir, or remove '
            'them first.'
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
