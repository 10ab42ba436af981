"""Which trials of a grid are run: all, some at random, or those that Optuna asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmvpt.env.versions import PIP
from mmvpt.text.refused import Refused

from ..trial import Setting, short_names
from .trials import SweepTrial

#: Installs what sweeps run on.
INSTALL = f"{PIP} install 'mmvpt[sweep]'"


@dataclass(frozen=True)
class Search:
    """Every trial that it is given, stopped early or not.

    Args:
        early_stop: Whether ASHA (Li et al. 2020, https://arxiv.org/abs/1810.05934) stops trials that others beat after
            the same number of evaluations.
        seed: Of what is random in it.
    """

    early_stop: bool = False
    seed: int = 0

    def require(self) -> None:
        """Refuse an environment that lacks what it needs."""

    def named(self, trials: Sequence[SweepTrial]) -> dict[str, SweepTrial]:
        """Trials by what Ray calls them: their folders."""
        return {str(trial.training.folder): trial for trial in trials}

    def left(self, trials: Mapping[str, SweepTrial]) -> int:
        """How many trials are still to be run."""
        return sum(trial.state == 'open' for trial in trials.values())

    def for_ray(self, trials: Mapping[str, SweepTrial]) -> tuple[Mapping[str, Any], Any, int]:
        """A space, a search algorithm and a number of samples of Ray Tune."""
        from ray import tune

        return {'name': tune.grid_search([name for name, trial in trials.items() if trial.state == 'open'])}, None, 1

    def scheduler(self, time: str) -> Any:
        """A scheduler of Ray Tune; ``time`` is the result that counts evaluations."""
        if not self.early_stop:
            return None
        from ray.tune.schedulers import ASHAScheduler

        return ASHAScheduler(time_attr=time, grace_period=1, reduction_factor=3, max_t=10**6)


@dataclass(frozen=True)
class OptunaSearch(Search):
    """So many trials, each where the earlier ones make Optuna's TPE expect most.

    Args:
        number: How many.
        axes: Values of each axis.
    """

    number: int = 1
    axes: Mapping[str, tuple[object, ...]] | None = None

    def require(self) -> None:
        """Refuse an environment without Optuna."""
        require_optuna()

    def named(self, trials: Sequence[SweepTrial]) -> dict[str, SweepTrial]:
        """Trials by what Ray calls them: their settings, as Optuna makes one up option by option."""
        return {folder_name(trial.setting): trial for trial in trials}

    def left(self, trials: Mapping[str, SweepTrial]) -> int:
        """How many trials are still to be run."""
        return max(0, self.number - sum(trial.state != 'open' for trial in trials.values()))

    def for_ray(self, trials: Mapping[str, SweepTrial]) -> tuple[Mapping[str, Any], Any, int]:
        """As that of a grid; finished trials are told, those that were begun come first."""
        from ray import tune
        from ray.tune.search.optuna import OptunaSearch as RayOptuna

        space = {key: tune.choice(list(values)) for key, values in (self.axes or {}).items()}
        ended = {name: trial for name, trial in trials.items() if trial.state != 'open' and trial.evaluations}
        begun = [trial for trial in trials.values() if trial.state == 'open' and trial.training.folder.exists()]
        algorithm = RayOptuna(
            space=RayOptuna.convert_search_space(space),
            metric='value',
            mode='max',
            points_to_evaluate=[dict(trial.setting) for trial in begun] or None,
            seed=self.seed,
        )
        for trial in ended.values():
            algorithm.add_evaluated_point(dict(trial.setting), list(trial.evaluations.values())[-1])
        return {}, algorithm, self.left(trials)


def require_optuna() -> None:
    """Refuse an environment without Optuna."""
    try:
        import optuna
    except ImportError as error:
        raise Refused(f'--search optuna needs Optuna, which is not installed: {INSTALL}.') from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def folder_name(setting: Setting) -> str:
    """The name of the folder of a trial: its options and their values."""
    named = zip(short_names(setting), setting, strict=True)
    return '_'.join(f'{name}{value}' for name, (_, value) in named) or 'as_it_is'
