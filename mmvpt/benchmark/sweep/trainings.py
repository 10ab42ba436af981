"""The trainings of a plan, as commands that a user could type."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmvpt.engine.heads.shareable import DECAY, RATE, train_together
from mmvpt.runs.commands import cfg_options, inputs, near, verb_command
from mmvpt.runs.steps import Step

from ..results import Phase
from ..train import SEED
from ..trial import Setting
from .plan import SweepPlan
from .search import folder_name
from .trials import DELTA, HeadTrial, SweepTrial

#: Folder of what frozen parts made of the images.
FEATURES = 'features'
#: The run of all heads.
ALL_HEADS = 'heads'


@dataclass(frozen=True)
class Trainings:
    """What trainings of a plan train.

    Args:
        plan: The plan.
        path: The file of their config.
        given: All else that decides what they come to, besides their commands.
    """

    plan: SweepPlan
    path: Path
    given: tuple[str, ...]

    def step(self, title: str, folder: Path, verb: str, *words: str) -> Step:
        """A command on the config whose results go into a folder."""
        command = verb_command(verb, near(self.path), *words, processes=self.plan.processes)
        return Step(title, folder, command, self.given)

    def trial(self, phase: Phase, setting: Setting, options: Setting) -> SweepTrial:
        """A training that is judged on validation data.

        Args:
            phase: Of the sweep.
            setting: What it is called by.
            options: What of that its config does not say yet.
        """
        name, seed = f'{phase}/{folder_name(setting)}', self.plan.seeds[0]
        step = self._training(name, '--resume', *option_words(options, seed))
        return SweepTrial(name, setting, seed, self.plan.judged_by, step, phase=phase, config=str(self.path))

    def finals(self, setting: Setting, options: Setting) -> list[SweepTrial]:
        """The final trainings, each with the test of what it leaves; see :meth:`trial`."""
        finals = []
        for seed in self.plan.seeds:
            name, words = f'final/{folder_name(setting)}_seed{seed}', option_words(options, seed)
            step = self._training(name, '--resume', '--no-validate', *words)
            test = ('test', near(self.path), DELTA, '--work-dir', f'{step.folder}_test', *words)
            command = verb_command(*test, processes=self.plan.processes)
            metric, config = self.plan.judged_by, str(self.path)
            finals.append(SweepTrial(name, setting, seed, metric, step, command, phase='final', config=config))
        return finals

    def _training(self, name: str, *words: str) -> Step:
        folder = self.plan.folder / name
        return self.step(f'Training {folder.name}', folder, 'train', '--work-dir', str(folder), *words)


def trainings_with(plan: SweepPlan, path: Path, *after: str) -> Trainings:
    """What a config in a file trains; ``after`` are the keys of earlier steps whose results it takes."""
    return Trainings(plan, path, inputs(str(path.resolve()), [plan.base_version, plan.labels.source, *after]))


def final_trainings(plan: SweepPlan) -> Trainings:
    """What trains for good."""
    return trainings_with(plan, _write(plan.folder / 'final.py', _from_features(plan, plan.for_good)))


def trials_of(plan: SweepPlan) -> Sequence[SweepTrial]:
    """All trials that may be selected."""
    if plan.why_separate is None:
        trainings = _trainings_of_heads(plan)
        step, config = _all_heads(trainings), str(trainings.path)
        return [
            HeadTrial(name, setting, plan.seeds[0], plan.judged_by, step, config=config, place=place)
            for place, setting in enumerate(plan.settings)
            for name in [f'selection/{folder_name(setting)}']
        ]
    trainings = trainings_with(plan, _write(plan.folder / 'selection.py', _from_features(plan, plan.for_selection)))
    return [trainings.trial('selection', setting, setting) for setting in plan.settings]


def runs_of(plan: SweepPlan, trials: Sequence[SweepTrial]) -> Sequence[SweepTrial]:
    """The trainings of trials: one for each, or one for all."""
    if plan.why_separate:
        return trials
    return [SweepTrial(f'selection/{ALL_HEADS}', (), plan.seeds[0], plan.judged_by, trials[0].training)]


def finals_of(plan: SweepPlan, chosen: Setting) -> Sequence[SweepTrial]:
    """The final trainings with the setting that was chosen."""
    return final_trainings(plan).finals(chosen, chosen)


def option_words(setting: Setting, seed: int) -> tuple[str, ...]:
    """A setting and a seed, as words of a command."""
    return cfg_options({**dict(setting), SEED: seed})


def _trainings_of_heads(plan: SweepPlan) -> Trainings:
    """What trains the heads of all trials in one run."""
    optimizer = plan.opened.optim_wrapper.optimizer
    settings = [dict(setting) for setting in plan.settings]
    rates, decays = (
        [float(setting.get(key, optimizer.get(option) or 0.0)) for setting in settings]  # type: ignore[arg-type]
        for key, option in ((RATE, 'lr'), (DECAY, 'weight_decay'))
    )
    cfg = train_together(plan.for_selection, rates, decays, str(plan.folder / FEATURES))
    return trainings_with(plan, _write(plan.folder / 'selection.py', cfg))


def _all_heads(trainings: Trainings) -> Step:
    """The run of them."""
    plan = trainings.plan
    folder = plan.folder / 'selection' / ALL_HEADS
    words = ('--work-dir', str(folder), *option_words((), plan.seeds[0]))
    return trainings.step(f'Training {len(plan.settings)} heads together', folder, 'train', *words)


def _from_features(plan: SweepPlan, cfg: Config) -> Config:
    """The config, with frozen blocks that are computed once for all trainings where that is possible."""
    if not plan.keeps_features:
        return cfg
    cfg = copy.deepcopy(cfg)
    hook = dict(type='mmvpt.FeatureCacheHook', folder=str(plan.folder / FEATURES))
    cfg.merge_from_dict({'default_hooks.feature_cache': hook})
    return cfg


def _write(path: Path, cfg: Config) -> Path:
    """Write the config of a phase: a user can train it without the sweep."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cfg.dump(path)
    return path
