"""E2VPT from a config to a report: train, score, search what to prune, rewind, train for good."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from mmengine.config import Config

from mmvpt.analysis.count import build_without_memory
from mmvpt.files.read import read_metadata
from mmvpt.files.write import write_atomically
from mmvpt.runs.commands import near, verb_command
from mmvpt.runs.run import Run, train_and_test
from mmvpt.runs.search import Candidate
from mmvpt.runs.stamp import key_in
from mmvpt.runs.steps import Step

from .configs import UnprunedConfigs, write_config
from .importance import find_prompts
from .keep import Keep
from .plan import Plan
from .report import plot_search, tabulate_finals, tabulate_search
from .run import CONFIG, START, prune
from .search import PruningSearch, SearchedModel, name_of


class Pipeline:
    """The steps of a plan; each is run once, and what is there is reused."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.configs = UnprunedConfigs(plan.config, plan.options, plan.held_out)

    def run(self) -> str:
        """Go all the way and write the report; return it."""
        self.check()
        best = self.search()
        finals = [self.final(best, seed) for seed in self.plan.seeds]
        metric = self.plan.metric_of(finals[0].metrics)
        models = self.searched.models
        tried = tabulate_search(metric, models, self.searched.same, best)
        report = f'{tried}\n\nOn all training data:\n\n{tabulate_finals(metric, best, finals)}\n'
        write_atomically(self.plan.folder / 'report.md', lambda file: file.write(report.encode()))
        write_atomically(self.plan.folder / 'report.png', lambda file: file.write(plot_search(models, best)))
        return report

    def check(self) -> None:
        """Refuse, before anything is trained, what would fail later."""
        self.plan.check_percentages(self.plan.budget)
        self.plan.check_prompts(find_prompts(build_without_memory(self.configs.planned)))

    @cached_property
    def unpruned_run(self) -> Run:
        """The model with all of its prompts, trained to be scored."""
        path = write_config(self.plan.folder, 'whole', self.configs.selection)
        return self._train('the whole model', path, self.plan.folder / 'whole', self.plan.seeds[0])

    @cached_property
    def scores(self) -> Path:
        """Scores of its prompts."""
        plan, folder = self.plan, self.plan.folder / 'scoring'
        out = folder / 'scores.safetensors'
        config = plan.folder / 'configs' / 'whole' / CONFIG
        delta, training = self.unpruned_run.delta, self.unpruned_run.training
        command = verb_command('score', near(config), str(delta), '--out', str(out), *plan.score_options())
        scoring = Step('Scoring prompts', folder, command, (key_in(training),))
        scoring.run(quiet=plan.quiet)
        return out

    @cached_property
    def searched(self) -> PruningSearch:
        """What the search has come to."""
        plan = self.plan
        return PruningSearch(plan.looks(plan.budget), plan.budget, self._keep, self._judge(self.unpruned_run))

    def search(self) -> Candidate:
        """Find what to prune; of models that are equally good the smaller one wins."""
        while asked := self.searched.ask():
            for candidate in asked:
                self.searched.tell(candidate, self._judge(self._try(candidate)))
        if self.searched.is_spent:
            print(f'\n== The budget of {self.plan.budget} trainings is spent', flush=True)
        return self.searched.best(self.plan.always_prune)

    def final(self, candidate: Candidate, seed: int) -> Run:
        """Train one candidate on all training data, and evaluate it as the config says."""
        path, _ = self._prune(candidate, 'final', self.configs.full_data)
        name = name_of(candidate)
        folder = self.plan.folder / 'final' / f'{name}_seed{seed}'
        return self._train(f'{name} on all data, seed {seed}', path, folder, seed, key_in(self.scores.parent))

    def _keep(self, candidate: Candidate) -> Keep:
        """What stays of a candidate, whose config is written."""
        return self._prune(candidate, 'search', self.configs.selection)[1]

    def _try(self, candidate: Candidate) -> Run:
        """Train and validate a candidate whose config is there."""
        name = name_of(candidate)
        config = self._folder(candidate, 'search') / CONFIG
        return self._train(
            name, config, self.plan.folder / 'search' / name, self.plan.seeds[0], key_in(self.scores.parent)
        )

    def _prune(self, candidate: Candidate, purpose: str, cfg: Config) -> tuple[Path, Keep]:
        """Write the config of a pruned model, and its start; return the config, and what is kept."""
        unpruned = write_config(self.plan.folder, f'{purpose}_whole', cfg)
        out = self._folder(candidate, purpose)
        start = None if self.plan.fresh else self.unpruned_run.training / START
        return out / CONFIG, prune(
            str(unpruned),
            self.scores,
            out,
            tokens=candidate[0],
            segments=candidate[1],
            start=start,
            segment_floor=self.plan.segment_floor,
        )

    def _folder(self, candidate: Candidate, purpose: str) -> Path:
        """Where the config of a pruned model is written."""
        return self.plan.folder / 'configs' / f'{purpose}_{name_of(candidate)}'

    def _train(self, title: str, config: Path, folder: Path, seed: int, *after: str) -> Run:
        """Train and evaluate, unless that was done after the same earlier steps."""
        return train_and_test(
            title,
            str(config),
            folder,
            {'randomness.seed': seed},
            after,
            validate=False,
            processes=self.plan.processes,
            quiet=self.plan.quiet,
        )

    def _judge(self, run: Run) -> SearchedModel:
        return SearchedModel(self.plan.value_of(run.metrics), read_metadata(run.delta)['num_trained'])
