"""How much a sweep has to train, before it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmengine.config import Config

from mmvpt.config.datasets import build_dataset
from mmvpt.text.tables import format_table

from .plan import SweepPlan

PER_SECOND = 100


@dataclass(frozen=True)
class Workload:
    """Trainings, and images that pass through what trains."""

    trainings: int = 0
    images: int = 0

    def __add__(self, other: Workload) -> Workload:
        """The work of both."""
        return Workload(self.trainings + other.trainings, self.images + other.images)


def work_of(plan: SweepPlan) -> Workload:
    """What a plan has to train, but for what it prunes.

    Where frozen blocks are computed once, each training counts its images once.
    """
    once = plan.why_separate is None or plan.keeps_features
    trials = 1 if plan.why_separate is None else plan.number
    images = trials * _images(plan.for_selection, once) + len(plan.seeds) * _images(plan.for_good, once)
    return Workload(trials + len(plan.seeds), images)


def _images(cfg: Config, once: bool) -> int:
    """How many images a training sees."""
    loop = cfg.train_cfg
    if loop.get('max_iters') and not once:
        return loop.max_iters * cfg.train_dataloader.batch_size
    return len(build_dataset(cfg, cfg.train_dataloader.dataset)) * (1 if once else loop.get('max_epochs', 1))


def describe_work(plans: Sequence[SweepPlan]) -> str:
    """A table of the work of plans, by base and method, and how long all of it takes at a pace."""
    found: dict[tuple[str, str], list[Workload]] = {}
    for plan in plans:
        found.setdefault((plan.labels.base, plan.labels.method), []).append(work_of(plan))
    rows = [
        {
            'base': base,
            'method': method,
            'tasks': len(works),
            'trainings': (total := sum(works, Workload())).trainings,
            'million images': round(total.images / 1e6, 3),
        }
        for (base, method), works in found.items()
    ]
    whole = sum((work for works in found.values() for work in works), Workload())
    hours = whole.images / PER_SECOND / 3600
    return (
        f'{format_table(rows)}\n\n{whole.trainings:,} trainings of {whole.images / 1e6:.2f} million images in all: '
        f'{hours:.1f} hours at {PER_SECOND} images a second, start-ups and tests aside. '
        'Frozen blocks that are computed once count once.'
    )
