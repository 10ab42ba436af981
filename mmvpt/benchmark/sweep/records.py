"""Results of the trials of a sweep, for its file and for reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mmvpt.analysis.count import Count, count_config
from mmvpt.config.datasets import build_dataset
from mmvpt.version import __version__

from ..results import Result
from ..trial import Setting
from .trials import SweepTrial

if TYPE_CHECKING:
    from .plan import SweepPlan


def results_of(plan: SweepPlan, trials: Sequence[SweepTrial]) -> list[Result]:
    """What each trial that ended came to."""
    return list(_results(plan, [trial for trial in trials if trial.state != 'open']))


def _results(plan: SweepPlan, trials: Sequence[SweepTrial]) -> Iterator[Result]:
    counts: dict[tuple[str, Setting], Count] = {}
    sizes: dict[bool, int] = {}
    for trial in trials:
        final = trial.phase == 'final'
        cfg = plan.for_good if final else plan.for_selection
        if final not in sizes:
            sizes[final] = len(build_dataset(cfg, cfg.train_dataloader.dataset))
        of_model = tuple((key, option) for key, option in trial.setting if key.startswith('model.'))
        if (trial.config, of_model) not in counts:  # options of the optimizer change none
            counts[trial.config, of_model] = count_config(trial.config, dict(of_model))
        found, count, labels = list(trial.evaluations.values()), counts[trial.config, of_model], plan.labels
        value = trial.tested if final else (found[-1] if found else None)
        yield Result(
            protocol=plan.protocol,
            phase=trial.phase,
            task=labels.task,
            group=labels.group,
            method=labels.method,
            base=labels.base,
            seed=trial.seed,
            setting=dict(trial.setting),
            metric=trial.metric,
            split='test' if final else 'validation',
            value=value if trial.state == 'done' else None,
            best=max(found) if found and not final else None,
            tuner=count.tuner + count.backbone,
            head=count.head,
            total=count.total,
            classes=int(cfg.model.get('head', {}).get('num_classes') or 0),
            train_images=sizes[final],
            source=labels.source,
            base_version=plan.base_version,
            code=trial.code or __version__,
            folder=trial.name,
            **trial.costs,
            failed='' if trial.state == 'done' else f'{trial.state}: {trial.reason}',
        )
