"""What a sweep prunes of the model that it selected, as E2VPT does: trainings that find out, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf
from pathlib import Path

from mmvpt.files.read import read_metadata
from mmvpt.pruning.importance import Scores
from mmvpt.pruning.keep import Keep, keep_best
from mmvpt.pruning.plan import Pruning
from mmvpt.pruning.report import tabulate_search
from mmvpt.pruning.run import CONFIG, START, prune
from mmvpt.pruning.search import PruningSearch, SearchedModel
from mmvpt.runs.search import Candidate

from ..results import Phase
from ..trial import Setting
from .plan import SweepPlan
from .search import folder_name
from .selection import judge, judge_all
from .trainings import Trainings, final_trainings, option_words, trainings_with
from .trials import SweepTrial

#: What is pruned, in the setting of a trial.
TOKENS, SEGMENTS = 'pruning.tokens', 'pruning.segments'


class PrunedSweep:
    """The pruning of one model.

    Args:
        plan: The plan.
        pruning: What may be pruned.
        whole: The trial that was selected, with all of its prompts.
    """

    def __init__(self, plan: SweepPlan, pruning: Pruning, whole: SweepTrial) -> None:
        self.plan, self.pruning, self.whole = plan, pruning, whole
        #: The trainings of pruned models.
        self.trials: dict[Candidate, SweepTrial] = {}
        self._asked: Sequence[Candidate] = ()

    @cached_property
    def scoring(self) -> SweepTrial:
        """Scores the prompts of the whole model; no training, but run like one."""
        trainings = trainings_with(self.plan, Path(self.whole.config), self.whole.training.key)
        name = f'pruning/{folder_name(self.whole.setting)}_scores'
        folder = self.plan.folder / name
        out = ('--out', str(folder / 'scores.safetensors'), *self.pruning.score_options())
        words = (str(self.whole.delta), *out, *option_words(self.whole.setting, self.whole.seed))
        step = trainings.step('Scoring prompts', folder, 'score', *words)
        return SweepTrial(name, (), self.whole.seed, self.whole.metric, step, phase='pruning')

    @cached_property
    def search(self) -> PruningSearch:
        """The search, once the prompts are scored."""
        budget = self.plan.trainings_to_prune
        return PruningSearch(self.pruning.looks(budget), budget, self._keep, self._judge(self.whole))

    def ask(self) -> list[SweepTrial]:
        """Trainings that the search waits for, side by side; none at its end. Those of before have ended."""
        for candidate in self._asked:
            self.search.tell(candidate, self._judge(self.trials[candidate]))
        self._asked = self.search.ask()
        for candidate in self._asked:
            setting = self._setting(candidate)
            self.trials[candidate] = self._trainings('pruning', candidate).trial('pruning', setting, ())
        return [self.trials[candidate] for candidate in self._asked]

    @property
    def best(self) -> Candidate:
        """What is pruned, in percent of tokens and segments, once the search has ended."""
        if self.pruning.always_prune:
            judge_all(list(self.trials.values()), self.plan.by)
        return self.search.best(self.pruning.always_prune)

    def finals(self) -> list[SweepTrial]:
        """The final trainings of the best model, from the start of the whole one."""
        best = self.best
        return self._trainings('final', best).finals(self._setting(best), ())

    def tabulate(self) -> str:
        """All models, and which one is selected."""
        ended = {pair: model for pair, model in self.search.models.items() if model.metric > -inf}
        table = tabulate_search(self.whole.metric, ended, self.search.same, self.best)
        lost = [trial for pair, trial in self.trials.items() if pair not in ended]
        return '\n\n'.join([table, *(f'{trial.title}: {trial.state}, {trial.reason}' for trial in lost)])

    @cached_property
    def _scores(self) -> Path:
        return self.scoring.training.folder / 'scores.safetensors'

    @cached_property
    def _read(self) -> Scores:
        return Scores.read(self._scores)

    def _keep(self, candidate: Candidate) -> Keep:
        return keep_best(self._read, *candidate, segment_floor=self.pruning.segment_floor)

    def _judge(self, trial: SweepTrial) -> SearchedModel:
        """What a trial came to; one that diverged is the worst."""
        value = judge(trial, self.plan.by)
        if value is None:
            return SearchedModel(-inf, 0)
        return SearchedModel(value, read_metadata(trial.delta)['num_trained'])

    def _setting(self, candidate: Candidate) -> Setting:
        return (*self.whole.setting, (TOKENS, candidate[0]), (SEGMENTS, candidate[1]))

    def _trainings(self, phase: Phase, candidate: Candidate) -> Trainings:
        """The pruned model for a phase: its config, in which the whole setting is, and its start are written."""
        whole = str(final_trainings(self.plan).path) if phase == 'final' else self.whole.config
        folder = self.plan.folder / 'configs' / phase / folder_name(self._setting(candidate))
        prune(
            whole,
            self._scores,
            folder,
            tokens=candidate[0],
            segments=candidate[1],
            start=self.whole.training.folder / START,
            segment_floor=self.pruning.segment_floor,
            cfg_options=dict(self.whole.setting),
        )
        return trainings_with(self.plan, folder / CONFIG, self.scoring.training.key)
