"""What the pipeline of E2VPT is asked to run, and what it refuses before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmvpt.runs.search import LEVELS, Looks, search_all, search_compass
from mmvpt.tuners.prompts import Prompts

from .keep import require_any_pruning, require_floor, require_percentages

#: Metrics to select by, the first of them that an evaluation gives; all are the better the larger.
SELECTION_METRICS = ('accuracy/top1', 'multi-label/mAP', 'mIoU', 'coco/segm_mAP', 'coco/bbox_mAP')


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """What may be pruned, and how it is chosen.

    Args:
        tokens: Percentages of tokens to try.
        segments: Percentages of segments to try.
        num_segments: Parts of each token, R.
        segment_floor: Share of them that stays in any case.
        always_prune: Whether to select among pruned models alone, as the paper does, though the unpruned one be better.
        samples: How many training samples score the prompts; None for all.
    """

    tokens: Sequence[int] = LEVELS
    segments: Sequence[int] = LEVELS
    num_segments: int = 8
    segment_floor: float = 0.0
    always_prune: bool = False
    samples: int | None = None

    def check_percentages(self, budget: int | None) -> None:
        """Refuse a search that makes no sense for any model."""
        require_percentages(tokens=self.tokens, segments=self.segments)
        if budget is not None and budget < 1:
            raise ValueError(f'A budget of {budget} trainings looks nowhere. Take 1 or more.')
        require_floor(self.segment_floor)

    def check_prompts(self, tuner: Prompts) -> None:
        """Refuse prompts that cannot be pruned so."""
        tuner.require_prunable(self.num_segments)
        if self.always_prune:
            most = max(self.tokens), max(self.segments)
            require_any_pruning(tuner, self.num_segments, *most, self.segment_floor)

    def score_options(self) -> tuple[str, ...]:
        """How prompts are scored, as options of ``mmvpt score``."""
        samples = () if self.samples is None else ('--samples', str(self.samples))
        return '--segments', str(self.num_segments), *samples

    def looks(self, budget: int | None) -> Looks:
        """Where a search looks that may spend so many trainings; None looks everywhere."""
        search = search_all if budget is None else search_compass
        return search(self.tokens, self.segments)


@dataclass(frozen=True)
class Plan(Pruning):
    """What to run.

    Args:
        config: Of the unpruned model: one tuner of prompts, alone or among others.
        folder: Where everything goes.
        options: Overrides of the config, by dotted key.
        seeds: Of the final trainings; the first is that of everything before.
        budget: Trainings that the search may spend; None looks everywhere.
        held_out: Share of the training data to select on; None selects on the config's validation data unless these
            are its test data, 0 even then.
        metric: What to select by; None takes the first of ``SELECTION_METRICS`` that there is.
        fresh: Whether pruned models start afresh, and not from the start of the unpruned one.
        processes: GPUs that each training and evaluation takes.
        quiet: Whether to say no more than when a step starts and ends.
    """

    config: str
    folder: Path
    options: Mapping[str, object] = field(default_factory=dict)
    seeds: Sequence[int] = (0,)
    budget: int | None = 8
    held_out: float | None = None
    metric: str | None = None
    fresh: bool = False
    processes: int = 1
    quiet: bool = False

    def metric_of(self, metrics: Mapping[str, float]) -> str:
        """The name of the metric to select by, of those that an evaluation gives."""
        if self.metric is not None:
            return self.metric
        known = [name for name in SELECTION_METRICS if name in metrics]
        if not known:
            raise ValueError(f'Say what to select by: --metric. The evaluation gives: {", ".join(metrics)}.')
        return known[0]

    def value_of(self, metrics: Mapping[str, float]) -> float:
        """The metric to select by."""
        name = self.metric_of(metrics)
        if name not in metrics:
            raise ValueError(f'The evaluation gives no {name!r}. It gives: {", ".join(metrics)}.')
        return metrics[name]
