"""The parts of E2VPT one by one, as in Table 4 of its paper: visual prompts, key-value prompts, pruning, on Shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from mmvpt.datasets.shapes import EXPORTERS, make_shapes
from mmvpt.pruning.pipeline import WHOLE, Pipeline, Plan
from mmvpt.runs.pool import make_pool, run_all
from mmvpt.runs.run import Run, data_options, last_checkpoint, pretrain
from mmvpt.runs.search import Candidate
from mmvpt.runs.summary import summarize
from mmvpt.text.tables import format_table

PRETRAINING = 'vit_narrow_scratch_shapes.py'
TASKS = ('misty', 'orientation')
#: Whether there are key-value prompts, and the config.
CONFIGS = {False: 'vit_vpt_shapes.py', True: 'vit_e2vpt_shapes.py'}
#: Of the training pictures, to select on; 600 of 800 are left, as 800 of 1,000 in VTAB-1k.
HELD_OUT = 0.25
METRIC = 'accuracy/top1'


@dataclass(frozen=True)
class Trial:
    """A task, with or without key-value prompts."""

    task: str
    key_value: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one trial with one seed, pruned and not."""

    whole: Run
    pruned: Run
    best: Candidate


def compare_parts(
    work_dir: Path,
    data_root: Path,
    seeds: Sequence[int] = (0,),
    *,
    tasks: Sequence[str] = TASKS,
    budget: int = 5,
    jobs: int = 1,
    splits: Mapping[str, int] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> str:
    """Pretrain a base, prune with and without key-value prompts, leave ``results.md``, and return the tables.

    Args:
        work_dir: Folder of everything but the data.
        data_root: Folder of Shapes.
        seeds: One pipeline of each for each.
        tasks: Names of small tasks of Shapes.
        budget: Trainings that each search may spend.
        jobs: Pipelines at a time.
        splits: Pictures of each split of Shapes, in place of its own numbers.
        overrides: More options for all trainings, that of the base too.
    """
    make_shapes(data_root, ['classification', *tasks], workers=2, splits=splits)
    overrides = overrides or {}
    options = [*data_options(data_root / 'classification'), *(f'{key}={value}' for key, value in overrides.items())]
    base = last_checkpoint(pretrain('Pretraining a base', PRETRAINING, work_dir / 'base', 0, options).folder)

    run = partial(run_trial, work_dir, data_root, base, budget, overrides, jobs > 1)
    trials = [Trial(task, key_value) for task in tasks for key_value in CONFIGS]
    results = run_all(make_pool(jobs), run, trials, seeds)
    tables = '\n\n'.join(f'{task}\n\n{tabulate(task, seeds, results)}' for task in tasks)
    (work_dir / 'results.md').write_text(tables + '\n')
    return tables


def run_trial(
    work_dir: Path,
    data_root: Path,
    base: Path,
    budget: int,
    overrides: Mapping[str, Any],
    quiet: bool,
    trial: Trial,
    seed: int,
) -> Outcome:
    """Run one pipeline."""
    name = f'{trial.task}_{"with" if trial.key_value else "without"}_key_values'
    plan = Plan(
        config=f'mmvpt::{CONFIGS[trial.key_value]}',
        folder=(work_dir / f'seed{seed}' / name).resolve(),
        options={**_options(trial.task, data_root, base), **overrides},
        seeds=[seed],
        budget=budget,
        held_out=HELD_OUT,
        metric=METRIC,
        always_prune=True,
        quiet=quiet,
    )
    pipeline = Pipeline(plan)
    best = pipeline.search()
    return Outcome(pipeline.final(WHOLE, seed), pipeline.final(best, seed), best)


def tabulate(task: str, seeds: Sequence[int], results: Mapping[tuple[Trial, int], Outcome]) -> str:
    """Lay out what one task came to."""
    rows = []
    for pruned in (False, True):
        for key_value in CONFIGS:
            outcomes = [results[Trial(task, key_value), seed] for seed in seeds]
            runs = [outcome.pruned if pruned else outcome.whole for outcome in outcomes]
            rows.append(
                {
                    'key-value prompts': 'yes' if key_value else '-',
                    'pruned': ', '.join(f'{t} / {s} %' for t, s in (each.best for each in outcomes)) if pruned else '-',
                    'prompt parameters': round(mean(run.count().tuner for run in runs)),
                    'tuned / total %': mean(100 * run.count().trained / run.count().total for run in runs),
                    **summarize('accuracy', [run.metrics[METRIC] for run in runs]),
                    'of each seed': ' '.join(f'{run.metrics[METRIC]:.1f}' for run in runs),
                }
            )
    return format_table(rows)


def _options(task: str, data_root: Path, base: Path) -> dict[str, Any]:
    classes = len(EXPORTERS[task].classes)
    roots = {f'{split}_dataloader.dataset.data_root': str(data_root / task) for split in ('train', 'val', 'test')}
    return {
        'model.backbone.init_cfg.checkpoint': str(base),
        'model.head.num_classes': classes,
        'data_preprocessor.num_classes': classes,
        **roots,
    }
