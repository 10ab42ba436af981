"""Pro-tuning between head retraining and fine-tuning: segmentation and detection on Shapes, from one small ResNet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mmvpt.config.open import open_config
from mmvpt.datasets.shapes import make_shapes
from mmvpt.runs.pool import run_all
from mmvpt.runs.run import Run, data_options, pretrain, run_method
from mmvpt.runs.steps import Step
from mmvpt.runs.summary import summarize
from mmvpt.text.tables import format_table

PRETRAINING = 'resnet_scratch_shapes.py'
#: The methods side by side, in the order of the table, with what the names of their configs call them.
METHODS = {'head retraining': 'linear', 'Pro-tuning': 'protuning', 'fine-tuning': 'full'}
Overrides = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Task:
    """Something to learn on Shapes.

    Args:
        configs: Names of its configs, with ``{}`` for the method.
        format: That of its pictures.
        metrics: For each column of the table the name that the evaluation gives it, and a factor.
        annotations: The file that the evaluation reads besides, in the folder of the pictures.
    """

    configs: str
    format: str
    metrics: Mapping[str, tuple[str, float]]
    annotations: str | None = None

    def options(self, data_root: Path) -> list[str]:
        """Let a config read Shapes elsewhere."""
        folder = data_root / self.format
        options = data_options(folder)
        if self.annotations:
            options += [f'{split}_evaluator.ann_file={folder / self.annotations}' for split in ('val', 'test')]
        return options


TASKS = {
    'segmentation': Task('fcn_{}_shapes.py', 'segmentation', {'mIoU': ('mIoU', 1)}),
    'detection': Task(
        'mask_rcnn_{}_shapes.py',
        'detection',
        {'box AP': ('coco/bbox_mAP', 100), 'mask AP': ('coco/segm_mAP', 100)},
        'annotations/instances_val2017.json',
    ),
}


@dataclass(frozen=True)
class Trial:
    """One row of a table: a method for a task, at the learning rate of its config or at another."""

    task: str
    method: str
    rate: float | None = None

    @property
    def config(self) -> str:
        return TASKS[self.task].configs.format(METHODS[self.method])

    def run(self, work_dir: Path, data_root: Path, seed: int, base: Step, more: Sequence[str], quiet: bool) -> Run:
        """Train and evaluate with one seed."""
        title, name = f'{self.method}, {self.task}, seed {seed}', Path(self.config).stem
        options = [*TASKS[self.task].options(data_root), *more]
        if self.rate is not None:
            title, name = f'{title}, lr {self.rate}', f'{name}_lr{self.rate}'
            options.append(f'optim_wrapper.optimizer.lr={self.rate}')
        return run_method(
            title, self.config, work_dir / f'seed{seed}' / name, seed, options, base, validate=False, quiet=quiet
        )

    def tabulate(self, runs: Sequence[Run]) -> dict[str, object]:
        """Lay out what the runs with all seeds found."""
        count = runs[0].count()
        row: dict[str, object] = {'method': self.method}
        if self.rate is not None:
            row['learning rate'] = str(self.rate)
        row |= {
            'trained parameters': count.trained,
            'of them in the backbone': count.backbone + count.tuner,
            'minutes': median(run.minutes for run in runs),
        }
        for metric, (key, factor) in TASKS[self.task].metrics.items():
            row |= summarize(metric, [factor * run.metrics[key] for run in runs], spread=f'spread of {metric}')
        return row


def compare_tuning(
    work_dir: Path,
    data_root: Path,
    seeds: Sequence[int] = (0,),
    *,
    tasks: Sequence[str] = tuple(TASKS),
    rates: Sequence[float] = (),
    data_seed: int = 0,
    jobs: int = 1,
    splits: Mapping[str, int] | None = None,
    overrides: Overrides | None = None,
) -> str:
    """Pretrain once, train and evaluate every method on every task, leave ``results.md``, and return the tables.

    Args:
        work_dir: Folder of everything but the data.
        data_root: Folder of Shapes.
        seeds: One training of every method on every task for each.
        tasks: Names out of ``TASKS``; one that lacks a package here is left out, and said so.
        rates: Learning rates to compare for each method, in place of the one in its config.
        data_seed: Another seed draws other pictures, for choosing rates without a look at those of the result.
        jobs: Trainings at a time.
        splits: Pictures of each split of Shapes, in place of its own numbers.
        overrides: More ``--cfg-options``, by the name of a config.
    """
    tasks = list(usable(tasks))
    overrides = overrides or {}
    print(f'== Shapes in {data_root}', flush=True)
    formats = ['classification', *(TASKS[task].format for task in tasks)]
    make_shapes(data_root, formats, seed=data_seed, workers=2, splits=splits)
    options = [*data_options(data_root / 'classification'), *overrides.get(PRETRAINING, ())]
    base = pretrain('Pretraining a small ResNet', PRETRAINING, work_dir / 'pretraining', 0, options)
    choices: list[float | None] = [*rates] or [None]
    trials = [Trial(task, method, rate) for task in tasks for method in METHODS for rate in choices]

    def run(trial: Trial, seed: int) -> Run:
        return trial.run(work_dir, data_root, seed, base, overrides.get(trial.config, ()), quiet=jobs > 1)

    runs = run_all(ThreadPoolExecutor(jobs), run, trials, seeds)
    tables = '\n\n'.join(_table(task, [trial for trial in trials if trial.task == task], seeds, runs) for task in tasks)
    (work_dir / 'results.md').write_text(tables + '\n')
    return tables


def usable(tasks: Sequence[str]) -> Iterator[str]:
    """Leave out tasks that lack a package here, and say how to get it; all of them lacking is an error."""
    reasons = []
    for task in tasks:
        try:
            open_config(f'mmvpt::{TASKS[task].configs.format("full")}')
        except ImportError as error:
            reasons.append(f'No {task}: {error}')
            print(f'== {reasons[-1]}', flush=True)
        else:
            yield task
    if len(reasons) == len(tasks):
        raise ImportError('\n'.join(reasons))


def _table(task: str, trials: Sequence[Trial], seeds: Sequence[int], runs: Mapping[tuple[Trial, int], Run]) -> str:
    rows = [trial.tabulate([runs[trial, seed] for seed in seeds]) for trial in trials]
    return f'{task.capitalize()}\n\n{format_table(rows)}'
