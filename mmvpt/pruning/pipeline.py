"""E2VPT from a config to a report: train, score, search what to prune, rewind, train for good."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmvpt.analysis.count import build_without_memory
from mmvpt.config.hold_out import hold_out, selects_on_test, train_on_all, validate_as_test
from mmvpt.config.open import open_config
from mmvpt.files.read import read_metadata
from mmvpt.files.write import write_atomically
from mmvpt.pruning import Keep
from mmvpt.pruning.importance import find_prompts
from mmvpt.pruning.keep import require_any_pruning, require_floor, require_percentages
from mmvpt.pruning.report import WHOLE, Result, name_of, plot_search, tabulate_search
from mmvpt.pruning.run import CONFIG, START, prune
from mmvpt.runs.run import Run, evaluation_step, last_checkpoint, near, training_step
from mmvpt.runs.search import LEVELS, BudgetSpent, Candidate, search_all, search_compass
from mmvpt.runs.steps import STAMP, Step, verb_command
from mmvpt.runs.summary import summarize
from mmvpt.text.tables import format_table

#: Metrics to select by, the first of them that an evaluation gives; all are the better the larger.
METRICS = ('accuracy/top1', 'multi-label/mAP', 'mIoU', 'coco/segm_mAP', 'coco/bbox_mAP')
#: Share of the training data to select on where a config would select on its test data.
HELD_OUT = 0.1


@dataclass(frozen=True)
class Plan:
    """What to run.

    Args:
        config: Of the whole model: one tuner of prompts, with or without others beside it.
        folder: Where everything goes.
        options: Overrides of the config, by dotted key.
        seeds: Of the final trainings; the first is that of everything before.
        budget: Trainings that the search may spend; None looks everywhere.
        tokens: Percentages of tokens to try.
        segments: Percentages of segments to try.
        num_segments: Parts of each token, R.
        segment_floor: Share of them that stays in any case.
        held_out: Share of the training data to select on; None selects on the config's validation data unless these
            are its test data, 0 even then.
        metric: What to select by; None takes the first of ``METRICS`` that there is.
        always_prune: Whether to select among pruned models alone, as the paper does, though the whole one be better.
        fresh: Whether pruned models start afresh, and not from the start of the whole one.
        samples: How many training samples score the prompts; None for all.
        processes: GPUs that each training and evaluation takes.
        quiet: Whether to say no more than when a step starts and ends.
    """

    config: str
    folder: Path
    options: dict[str, Any] = field(default_factory=dict)
    seeds: Sequence[int] = (0,)
    budget: int | None = 8
    tokens: Sequence[int] = LEVELS
    segments: Sequence[int] = LEVELS
    num_segments: int = 8
    segment_floor: float = 0.0
    held_out: float | None = None
    metric: str | None = None
    always_prune: bool = False
    fresh: bool = False
    samples: int | None = None
    processes: int = 1
    quiet: bool = False


class Pipeline:
    """The steps of a plan; each is run once, and what is there is reused."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.results: dict[Candidate, Result] = {}
        self._seen: dict[str, Candidate] = {}
        self._same: dict[Candidate, Candidate] = {}

    def run(self) -> str:
        """Go all the way and write the report; return it."""
        self.check()
        best = self.search()
        finals = [self.final(best, seed) for seed in self.plan.seeds]
        report = self.report(best, finals)
        write_atomically(self.plan.folder / 'report.md', lambda file: file.write(report.encode()))
        write_atomically(self.plan.folder / 'report.png', lambda file: file.write(plot_search(self.results, best)))
        return report

    def check(self) -> None:
        """Refuse, before anything is trained, what would fail later."""
        plan = self.plan
        require_percentages(tokens=plan.tokens, segments=plan.segments)
        if plan.budget is not None and plan.budget < 1:
            raise ValueError(f'A budget of {plan.budget} trainings looks nowhere. Take 1 or more.')
        require_floor(plan.segment_floor)
        tuner = find_prompts(build_without_memory(self.everything))
        tuner.require_prunable(plan.num_segments)
        if plan.always_prune:
            most = max(plan.tokens), max(plan.segments)
            require_any_pruning(tuner, plan.num_segments, *most, plan.segment_floor)

    # -------------------------------------------------------------------------------------------------------- steps

    @cached_property
    def whole(self) -> Run:
        """The model with all of its prompts, trained to be scored."""
        path = self._write('whole', self.selecting)
        return self._train('the whole model', path, self.plan.folder / 'whole', self.plan.seeds[0])

    @cached_property
    def scores(self) -> Path:
        """Scores of its prompts."""
        plan, folder = self.plan, self.plan.folder / 'scoring'
        out = folder / 'scores.safetensors'
        config = plan.folder / 'configs' / 'whole' / CONFIG
        arguments = [near(config), str(self.whole.delta), '--out', str(out), '--segments', str(plan.num_segments)]
        if plan.samples is not None:
            arguments += ['--samples', str(plan.samples)]
        scoring = Step('Scoring prompts', folder, verb_command('score', *arguments), (_key(self.whole.training),))
        scoring.run(quiet=plan.quiet)
        return out

    def search(self) -> Candidate:
        """Find what to prune; of models that are equally good the smaller one wins."""
        self.results[WHOLE] = self._result(self.whole)
        self._seen[json.dumps(self._prune(WHOLE, 'search', self.selecting)[1])] = WHOLE
        look = search_all if self.plan.budget is None else search_compass
        try:
            look(self._evaluate, self.plan.tokens, self.plan.segments)
        except BudgetSpent:
            print(f'\n== The budget of {self.plan.budget} trainings is spent', flush=True)
        eligible = [each for each in self.results if each != WHOLE or not self.plan.always_prune]
        return max(eligible, key=lambda each: (self.results[each].metric, -self.results[each].trained))

    def final(self, best: Candidate, seed: int) -> Run:
        """Train with what was selected, or anything else, on all training data; evaluate as the config says."""
        path, _ = self._prune(best, 'final', self.complete)
        folder = self.plan.folder / 'final' / f'{name_of(best)}_seed{seed}'
        return self._train(f'{name_of(best)} on all data, seed {seed}', path, folder, seed, _key(self.scores.parent))

    def _evaluate(self, candidate: Candidate) -> float:
        """Train and validate a pruned model, unless another percentage comes to the same one."""
        path, keep = self._prune(candidate, 'search', self.selecting)
        key = json.dumps(keep)
        if key not in self._seen:
            if self.plan.budget is not None and len(self.results) > self.plan.budget:  # the whole model costs nothing
                raise BudgetSpent
            self._seen[key] = candidate
            name = name_of(candidate)
            folder = self.plan.folder / 'search' / name
            run = self._train(name, path, folder, self.plan.seeds[0], _key(self.scores.parent))
            self.results[candidate] = self._result(run)
        same = self._same[candidate] = self._seen[key]
        return self.results[same].metric

    def _prune(self, candidate: Candidate, purpose: str, cfg: Config) -> tuple[Path, Keep]:
        """Write the config of a pruned model, and its start; return the config, and what is kept."""
        whole = self._write(f'{purpose}_whole', cfg)
        out = self.plan.folder / 'configs' / f'{purpose}_{name_of(candidate)}'
        start = None if self.plan.fresh else self.whole.training / START
        return out / CONFIG, prune(
            str(whole),
            self.scores,
            out,
            tokens=candidate[0],
            segments=candidate[1],
            start=start,
            segment_floor=self.plan.segment_floor,
        )

    def _train(self, title: str, config: Path, folder: Path, seed: int, *after: str) -> Run:
        """Train and evaluate, unless that was done after the same earlier steps."""
        options, processes = [f'randomness.seed={seed}'], self.plan.processes
        training = training_step(f'Training {title}', str(config), folder, options, validate=False, processes=processes)
        training = replace(training, inputs=(*training.inputs, *after))
        training.run(quiet=self.plan.quiet)
        delta = last_checkpoint(folder).with_suffix('.safetensors')
        title = f'Evaluating {title}'
        evaluation = evaluation_step(title, str(config), delta, options, training, None, processes=processes)
        evaluation.run(quiet=self.plan.quiet)
        return Run(delta, folder, evaluation.folder)

    # ------------------------------------------------------------------------------------------------------ configs

    @cached_property
    def everything(self) -> Config:
        """The config as it is, but its start is saved."""
        cfg = open_config(self.plan.config)
        cfg.merge_from_dict(self.plan.options)
        cfg.pop('work_dir', None)
        every = [*cfg.get('default_hooks', {}).values(), *cfg.get('custom_hooks', ())]
        hooks = [hook for hook in every if hook and hook['type'].endswith('DeltaCheckpointHook')]
        if len(hooks) != 1:
            raise ValueError(f'{self.plan.config} needs the hooks of configs/_base_/hooks.py, DeltaCheckpointHook too.')
        hooks[0].save_start = True
        return cfg

    @cached_property
    def complete(self) -> Config:
        """The config that trains on what was held out to select on too."""
        cfg = copy.deepcopy(self.everything)
        train_on_all(cfg)
        return cfg

    @cached_property
    def selecting(self) -> Config:
        """The config with data to select on."""
        cfg = copy.deepcopy(self.everything)
        share = self.plan.held_out
        if share is None:
            share = HELD_OUT if selects_on_test(cfg) else 0
        if share:
            hold_out(cfg, share)
        validate_as_test(cfg)
        return cfg

    def _write(self, name: str, cfg: Config) -> Path:
        path = self.plan.folder / 'configs' / name / CONFIG
        path.parent.mkdir(parents=True, exist_ok=True)
        cfg.dump(path)
        return path

    # ------------------------------------------------------------------------------------------------------- report

    def _result(self, run: Run) -> Result:
        return Result(self._metric(run), read_metadata(run.delta)['num_trained'])

    def _metric(self, run: Run) -> float:
        metrics = run.metrics
        name = self._metric_name(metrics)
        if name not in metrics:
            raise ValueError(f'The evaluation gives no {name!r}. It gives: {", ".join(metrics)}.')
        return metrics[name]

    def _metric_name(self, metrics: dict[str, float]) -> str:
        known = [name for name in METRICS if name in metrics]
        if self.plan.metric is None and not known:
            raise ValueError(f'Say what to select by: --metric. The evaluation gives: {", ".join(metrics)}.')
        return self.plan.metric or known[0]

    def report(self, best: Candidate, finals: Sequence[Run]) -> str:
        """What was tried, what was selected, and what became of it."""
        name = self._metric_name(finals[0].metrics)
        values = [self._metric(run) for run in finals]
        last = {
            'tokens pruned %': best[0],
            'segments pruned %': best[1],
            'tuned parameters': read_metadata(finals[0].delta)['num_trained'],
            **summarize(f'{name}, test', values),
            'of each seed': ' '.join(f'{value:.2f}' for value in values),
        }
        tried = tabulate_search(name, self.results, self._same, best)
        return f'{tried}\n\nOn all training data:\n\n{format_table([last])}\n'


def _key(folder: Path) -> str:
    """Changes whenever what is in the folder of a step would."""
    return json.loads((folder / STAMP).read_text())['key']
