"""The parts of E2VPT one by one, as in Table 4 of its paper: visual prompts, key-value prompts, pruning, on Shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean

from mmvpt.pruning.pipeline import Pipeline
from mmvpt.pruning.plan import Plan
from mmvpt.pruning.search import UNPRUNED
from mmvpt.runs.commands import as_typed
from mmvpt.runs.pool import make_pool
from mmvpt.runs.run import Run
from mmvpt.runs.search import Candidate
from mmvpt.runs.summary import summarize

from ..protocol import Base, Line, Protocol
from ..shapes import draw_pictures, small_task
from ..trial import Job

#: Of the training pictures, to select on; 600 of 800 are left, as 800 of 1,000 in VTAB-1k.
SELECTION_SHARE = 0.25
METRIC = 'accuracy/top1'


@dataclass(frozen=True)
class Pruned:
    """What one pipeline came to: the model with all of its prompts, the pruned one, and what was pruned."""

    unpruned: Run
    pruned: Run
    best: Candidate


def run_pipeline(job: Job, *, budget: int) -> Pruned:
    """Run one pipeline, whose search may spend so many trainings; train its unpruned model for good too."""
    plan = Plan(
        config=as_typed(job.config),
        folder=job.folder.resolve(),
        options=job.overrides,
        seeds=[job.seed],
        budget=budget,
        held_out=SELECTION_SHARE,
        metric=METRIC,
        always_prune=True,
        quiet=job.quiet,
    )
    pipeline = Pipeline(plan)
    best = pipeline.search()
    return Pruned(pipeline.final(UNPRUNED, job.seed), pipeline.final(best, job.seed), best)


def show_unpruned(line: Line[Pruned]) -> Mapping[str, object]:
    """The models with all of their prompts."""
    return _show(line.method, '-', [outcome.unpruned for outcome in line.outcomes])


def show_pruned(line: Line[Pruned]) -> Mapping[str, object]:
    """The pruned models, and the percentages of tokens and segments that were pruned with each seed."""
    pruned = ', '.join(f'{tokens} / {segments} %' for tokens, segments in (each.best for each in line.outcomes))
    return _show(line.method, pruned, [outcome.pruned for outcome in line.outcomes])


def _show(method: str, pruned: str, runs: list[Run]) -> Mapping[str, object]:
    counts = [run.count() for run in runs]
    found = [run.metrics[METRIC] for run in runs]
    return {
        'key-value prompts': 'yes' if method == 'with_key_values' else '-',
        'pruned': pruned,
        'prompt parameters': round(mean(count.tuner for count in counts)),
        'tuned / total %': mean(100 * count.trained / count.total for count in counts),
        **summarize('accuracy', found),
        'of each seed': ' '.join(f'{value:.1f}' for value in found),
    }


PROTOCOL = Protocol(
    name='shapes_e2vpt',
    tasks={name: small_task(name, 'vit_{}_shapes') for name in ('misty', 'orientation')},
    methods={'without_key_values': 'vpt', 'with_key_values': 'e2vpt'},
    bases={'vit': Base('base', 'vit_narrow_scratch_shapes', folder='base')},
    prepare=draw_pictures,
    train=partial(run_pipeline, budget=5),
    columns=[show_unpruned, show_pruned],
    headings={'misty': 'misty', 'orientation': 'orientation'},
    trial_name='{task}_{method}',
    workers=make_pool,
)


def protocol_of(budget: int) -> Protocol[Pruned]:
    """The protocol with searches that may spend so many trainings each."""
    return replace(PROTOCOL, train=partial(run_pipeline, budget=budget))
