"""The trainings of a plan, as commands that a user could type."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from mmvpt.engine.heads.shareable import DECAY, RATE, train_together
from mmvpt.runs.commands import cfg_options, inputs, near, verb_command
from mmvpt.runs.steps import Step

from ..train import SEED
from ..trial import Setting
from .plan import SweepPlan
from .search import folder_name
from .trials import DELTA, HeadTrial, SweepTrial

SELECTION, FINAL = 'selection', 'final'
#: Folder of what frozen parts made of the images.
FEATURES = 'features'
#: The run of all heads.
ALL_HEADS = 'heads'


def trials_of(plan: SweepPlan) -> Sequence[SweepTrial]:
    """All trials that may be selected."""
    seed, metric = plan.seeds[0], plan.judged_by
    if plan.why_separate is None:
        step = _all_heads(plan)
        return [
            HeadTrial(f'{SELECTION}/{folder_name(setting)}', setting, seed, metric, step, place=place)
            for place, setting in enumerate(plan.settings)
        ]
    path = _write(plan.folder / f'{SELECTION}.py', _from_features(plan, plan.for_selection))
    given = inputs(str(path.resolve()), [plan.base_version])
    return [
        SweepTrial(f'{SELECTION}/{name}', setting, seed, metric, _training(plan, path, name, setting, seed, given))
        for setting in plan.settings
        for name in [folder_name(setting)]
    ]


def runs_of(plan: SweepPlan, trials: Sequence[SweepTrial]) -> Sequence[SweepTrial]:
    """The trainings of trials: one for each, or one for all."""
    if plan.why_separate:
        return trials
    return [SweepTrial(f'{SELECTION}/{ALL_HEADS}', (), plan.seeds[0], plan.judged_by, trials[0].training)]


def finals_of(plan: SweepPlan, chosen: Setting) -> Sequence[SweepTrial]:
    """The final trainings with the setting that was chosen, each with the test of what it leaves."""
    path = _write(plan.folder / f'{FINAL}.py', _from_features(plan, plan.for_good))
    given = inputs(str(path.resolve()), [plan.base_version])
    finals = []
    for seed in plan.seeds:
        name = f'{folder_name(chosen)}_seed{seed}'
        training = _training(plan, path, name, chosen, seed, given)
        words = ('test', near(path), DELTA, '--work-dir', f'{training.folder}_test', *_options(chosen, seed))
        test = verb_command(*words, processes=plan.processes)
        finals.append(SweepTrial(f'{FINAL}/{name}', chosen, seed, plan.judged_by, training, test))
    return finals


def _training(plan: SweepPlan, path: Path, name: str, setting: Setting, seed: int, given: tuple[str, ...]) -> Step:
    """A training in its folder; ``given`` is all that decides it besides the command."""
    folder = path.with_suffix('') / name
    flags = ('--resume', *(('--no-validate',) if path.stem == FINAL else ()))
    words = ('train', near(path), '--work-dir', str(folder), *flags, *_options(setting, seed))
    return Step(f'Training {name}', folder, verb_command(*words, processes=plan.processes), given)


def _all_heads(plan: SweepPlan) -> Step:
    """The run that trains the heads of all trials."""
    optimizer = plan.opened.optim_wrapper.optimizer
    settings = [dict(setting) for setting in plan.settings]
    rates, decays = (
        [float(setting.get(key, optimizer.get(option) or 0.0)) for setting in settings]  # type: ignore[arg-type]
        for key, option in ((RATE, 'lr'), (DECAY, 'weight_decay'))
    )
    cfg = train_together(plan.for_selection, rates, decays, str(plan.folder / FEATURES))
    path = _write(plan.folder / f'{SELECTION}.py', cfg)
    folder = plan.folder / SELECTION / ALL_HEADS
    command = verb_command('train', near(path), '--work-dir', str(folder), *_options((), plan.seeds[0]))
    return Step(
        f'Training {len(rates)} heads together', folder, command, inputs(str(path.resolve()), [plan.base_version])
    )


def _from_features(plan: SweepPlan, cfg: Config) -> Config:
    """The config, with frozen blocks that are computed once for all trainings where that is possible."""
    if not plan.keeps_features:
        return cfg
    cfg = copy.deepcopy(cfg)
    hook = dict(type='mmvpt.FeatureCacheHook', folder=str(plan.folder / FEATURES))
    cfg.merge_from_dict({'default_hooks.feature_cache': hook})
    return cfg


def _options(setting: Setting, seed: int) -> tuple[str, ...]:
    return cfg_options({**dict(setting), SEED: seed})


def _write(path: Path, cfg: Config) -> Path:
    """Write the config of a phase: a user can train it without the sweep."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cfg.dump(path)
    return path
