"""E2VPT from a config to a report: train, score, search what to prune, rewind, train for good."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

from mmengine.config import Config

from mmvpt.analysis.count import build_without_memory
from mmvpt.files.read import read_metadata
from mmvpt.files.write import write_atomically
from mmvpt.runs.commands import near, verb_command
from mmvpt.runs.run import Run, train_and_test
from mmvpt.runs.search import BudgetSpent, Candidate, search_all, search_compass
from mmvpt.runs.stamp import key_in
from mmvpt.runs.steps import Step

from .configs import UnprunedConfigs, write_config
from .importance import find_prompts
from .keep import Keep
from .plan import Plan
from .report import UNPRUNED, SearchedModel, name_of, plot_search, tabulate_finals, tabulate_search
from .run import CONFIG, START, prune


class Pipeline:
    """The steps of a plan; each is run once, and what is there is reused."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.configs = UnprunedConfigs(plan.config, plan.options, plan.held_out)
        self.models: dict[Candidate, SearchedModel] = {}
        self._seen: dict[str, Candidate] = {}
        self._same: dict[Candidate, Candidate] = {}

    def run(self) -> str:
        """Go all the way and write the report; return it."""
        self.check()
        best = self.search()
        finals = [self.final(best, seed) for seed in self.plan.seeds]
        metric = self.plan.metric_of(finals[0].metrics)
        tried = tabulate_search(metric, self.models, self._same, best)
        report = f'{tried}\n\nOn all training data:\n\n{tabulate_finals(metric, best, finals)}\n'
        write_atomically(self.plan.folder / 'report.md', lambda file: file.write(report.encode()))
        write_atomically(self.plan.folder / 'report.png', lambda file: file.write(plot_search(self.models, best)))
        return report

    def check(self) -> None:
        """Refuse, before anything is trained, what would fail later."""
        self.plan.check_percentages()
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
        arguments = [near(config), str(delta), '--out', str(out), '--segments', str(plan.num_segments)]
        if plan.samples is not None:
            arguments += ['--samples', str(plan.samples)]
        scoring = Step('Scoring prompts', folder, verb_command('score', *arguments), (key_in(training),))
        scoring.run(quiet=plan.quiet)
        return out

    def search(self) -> Candidate:
        """Find what to prune; of models that are equally good the smaller one wins."""
        self.models[UNPRUNED] = self._judge(self.unpruned_run)
        self._seen[json.dumps(self._prune(UNPRUNED, 'search', self.configs.selection)[1])] = UNPRUNED
        look = search_all if self.plan.budget is None else search_compass
        try:
            look(self._evaluate, self.plan.tokens, self.plan.segments)
        except BudgetSpent:
            print(f'\n== The budget of {self.plan.budget} trainings is spent', flush=True)
        eligible = [each for each in self.models if each != UNPRUNED or not self.plan.always_prune]
        return max(eligible, key=lambda each: (self.models[each].metric, -self.models[each].trained))

    def final(self, candidate: Candidate, seed: int) -> Run:
        """Train one candidate on all training data, and evaluate it as the config says."""
        path, _ = self._prune(candidate, 'final', self.configs.full_data)
        name = name_of(candidate)
        folder = self.plan.folder / 'final' / f'{name}_seed{seed}'
        return self._train(f'{name} on all data, seed {seed}', path, folder, seed, key_in(self.scores.parent))

    def _evaluate(self, candidate: Candidate) -> float:
        """Train and validate a pruned model, unless another percentage comes to the same one."""
        path, keep = self._prune(candidate, 'search', self.configs.selection)
        key = json.dumps(keep)
        if key not in self._seen:
            if self.plan.budget is not None and len(self.models) > self.plan.budget:  # the unpruned one costs nothing
                raise BudgetSpent
            self._seen[key] = candidate
            name = name_of(candidate)
            folder = self.plan.folder / 'search' / name
            run = self._train(name, path, folder, self.plan.seeds[0], key_in(self.scores.parent))
            self.models[candidate] = self._judge(run)
        same = self._same[candidate] = self._seen[key]
        return self.models[same].metric

    def _prune(self, candidate: Candidate, purpose: str, cfg: Config) -> tuple[Path, Keep]:
        """Write the config of a pruned model, and its start; return the config, and what is kept."""
        unpruned = write_config(self.plan.folder, f'{purpose}_whole', cfg)
        out = self.plan.folder / 'configs' / f'{purpose}_{name_of(candidate)}'
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
