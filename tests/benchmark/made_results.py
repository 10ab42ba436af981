"""Results for tests of reports, as a sweep would write them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mmvpt.benchmark.results import RESULTS_FILE, Result, write_results

BASE = 85_798_656
#: A task, its group, and its classes.
TASKS = {
    'cifar': ('Natural', 100),
    'dtd': ('Natural', 47),
    'svhn': ('Natural', 10),
    'eurosat': ('Specialized', 10),
    'resisc45': ('Specialized', 45),
    'dmlab': ('Structured', 6),
    'kitti': ('Structured', 4),
}
#: What each method tunes besides the head.
TUNED = {'full': BASE, 'linear': 0, 'vpt': 92_160}


def result(
    task: str = 'dtd', method: str = 'vpt', value: float | None = 60.0, seed: int = 42, **changes: object
) -> Result:
    group, classes = TASKS[task]
    head = 768 * classes + classes
    added = 0 if method in ('full', 'linear') else TUNED.get(method, 0)
    made = Result(
        protocol='vtab',
        phase='final',
        task=task,
        group=group,
        method=method,
        base='vit-b16_in21k',
        seed=seed,
        metric='accuracy/top1',
        split='test',
        value=value,
        tuner=TUNED.get(method, 0),
        head=head,
        total=BASE + added + head,
        classes=classes,
        train_images=1_000,
        source='a card',
        base_version='f00d',
        code='0.1.0',
        folder=f'final/{task}_{method}/seed{seed}',
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def sweep(
    method: str, first: float, *, tasks: Iterable[str] = TASKS, seeds: Iterable[int] = (42, 44), **changes: object
) -> list[Result]:
    """One method on tasks: ``first`` on the first, one more on each next; the second seed has half a point more."""
    return [
        result(task, method, first + place + 0.5 * number, seed, **changes)
        for place, task in enumerate(tasks)
        for number, seed in enumerate(seeds)
    ]


def write(folder: Path, results: list[Result]) -> Path:
    write_results(folder / RESULTS_FILE, results)
    return folder
