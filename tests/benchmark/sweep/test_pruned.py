"""A sweep prunes the model that it selects as the pipeline of E2VPT does."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from mmvpt.analysis.count import count_config
from mmvpt.benchmark.reports.report import Question, report_results
from mmvpt.benchmark.results import read_results
from mmvpt.benchmark.sweep import run as sweep_run
from mmvpt.benchmark.sweep.plan import SweepPlan
from mmvpt.benchmark.sweep.pruned import PrunedSweep
from mmvpt.benchmark.sweep.trials import SweepTrial
from mmvpt.benchmark.sweep.with_ray import Resources
from mmvpt.benchmark.trial import LEARNING_RATE
from mmvpt.files.read import read_checkpoint
from mmvpt.pruning.pipeline import Pipeline
from mmvpt.pruning.plan import Plan, Pruning
from mmvpt.pruning.search import SearchedModel
from mmvpt.runs.last import last_checkpoint
from mmvpt.text.refused import Refused

from .tiny_plan import DECAY, plan_of

E2VPT = [dict(type='mmvpt.DeepPrompts', num_tokens=4), dict(type='mmvpt.KeyValuePrompts', num_tokens=2)]
ONE_POINT = {LEARNING_RATE: [0.1], DECAY: [0.01]}
#: Of 4 tokens, with which 50 and 60 % are one model.
PRUNING = Pruning(tokens=(50, 60, 70), segments=(30, 50, 60), num_segments=4, always_prune=True)


def pruning_plan(folder: Path, name: str = 'sweep', **options) -> SweepPlan:
    return plan_of(folder, E2VPT, name, **{**dict(grid=ONE_POINT, pruning=PRUNING, pruning_budget=3), **options})


def weights(delta: Path) -> dict[str, torch.Tensor]:
    return read_checkpoint(delta)['state_dict']


def test_it_trains_what_the_pipeline_trains_and_selects_the_same(tmp_path, in_this_process, capsys) -> None:
    plan = pruning_plan(tmp_path)
    swept = sweep_run.run_sweep(plan, Resources())
    pipeline = Pipeline(
        Plan(
            plan.config,
            tmp_path / 'pipeline',
            options={key: values[0] for key, values in ONE_POINT.items()},
            seeds=plan.seeds,
            held_out=plan.held_out,
            budget=3,
            tokens=PRUNING.tokens,
            segments=PRUNING.segments,
            num_segments=4,
            always_prune=True,
        )
    )
    tokens, segments = pipeline.search()
    best = f'lr0.1_weight_decay0.01_tokens{tokens}_segments{segments}'
    pruned, final = ([each for each in swept.results if each.phase == phase] for phase in ('pruning', 'final'))
    found = {(each.setting['pruning.tokens'], each.setting['pruning.segments']): each for each in pruned}
    models = {pair: model for pair, model in pipeline.searched.models.items() if pair != (0, 0)}
    assert {pair: each.value for pair, each in found.items()} == {pair: model.metric for pair, model in models.items()}
    assert {pair: each.trained for pair, each in found.items()} == {pair: each.trained for pair, each in models.items()}
    assert [each.folder for each in final] == [f'final/{best}_seed{seed}' for seed in (1, 2)]
    for each in final:
        run = pipeline.final((tokens, segments), each.seed)
        ours, theirs = (
            weights(last_checkpoint(plan.folder / each.folder).with_suffix('.safetensors')),
            weights(run.delta),
        )
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(value, theirs[name]) for name, value in ours.items())
        assert each.value == run.metrics['accuracy/top1']
        assert (each.tuner, each.head, each.total) == (run.count().tuner, run.count().head, run.count().total)
    assert final[0].tuner < count_config(plan.config).tuner
    assert 'selected' in (plan.folder / 'pruning.md').read_text()
    assert 'Pruning: 3 trainings at most' in capsys.readouterr().out
    for phase in ('pruning', 'final'):
        assert f'phase {phase}' in report_results([plan.folder], Question(phase=phase))


def test_what_is_done_is_never_run_again(tmp_path, in_this_process, monkeypatch) -> None:
    asked = dict(pruning_budget=2, seeds=(1,))
    real = SweepTrial.run

    def stop_at_the_second(trial: SweepTrial, *args, **options) -> None:
        if len(in_this_process) == 4:
            raise KeyboardInterrupt
        real(trial, *args, **options)

    monkeypatch.setattr(SweepTrial, 'run', stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        sweep_run.run_sweep(pruning_plan(tmp_path, **asked), Resources())
    monkeypatch.setattr(SweepTrial, 'run', real)
    assert [name.partition('/')[0] for name in in_this_process] == ['selection', *['pruning'] * 3]
    in_this_process.clear()
    results = sweep_run.run_sweep(pruning_plan(tmp_path, **asked), Resources()).results
    assert [name.partition('/')[0] for name in in_this_process] == ['pruning', 'final']
    assert [each.phase for each in results] == ['selection', 'pruning', 'pruning', 'final']
    in_this_process.clear()
    assert sweep_run.run_sweep(pruning_plan(tmp_path, **asked), Resources()).results == results
    assert in_this_process == []


def test_the_searches_of_all_sweeps_go_on_side_by_side(tmp_path, in_this_process, monkeypatch) -> None:
    rounds: list[list[str]] = []
    run_trials = sweep_run.run_trials

    def noting(trials, *args):
        rounds.append([f'{trial.training.folder.relative_to(tmp_path).parts[0]} {trial.phase}' for trial in trials])
        return run_trials(trials, *args)

    monkeypatch.setattr(sweep_run, 'run_trials', noting)
    for name in ('a', 'b', 'c'):
        (tmp_path / name).mkdir()
    few = dict(seeds=(1,), pruning_budget=1)
    plans = [
        pruning_plan(tmp_path / 'a', seeds=(1,)),
        pruning_plan(tmp_path / 'b', **few),
        plan_of(tmp_path / 'c', dict(type='mmvpt.LinearProbe'), grid=ONE_POINT, seeds=(1,)),
    ]
    swept = sweep_run.run_sweeps(plans, Resources())
    assert rounds == [
        ['a selection', 'b selection', 'c selection'],
        ['a pruning', 'b pruning'],  # scores
        ['a pruning', 'b pruning'],
        ['a pruning', 'a pruning'],
        ['a final', 'b final', 'c final'],
    ]
    assert [len(each.results) for each in swept] == [1 + 3 + 1, 1 + 1 + 1, 1 + 1]


def test_the_whole_grid_means_all_pairs_and_those_of_one_model_are_trained_once(tmp_path) -> None:
    plan = pruning_plan(tmp_path, search='grid', pruning_budget=None, points=None)
    assert plan.trainings_to_prune is None
    assert pruning_plan(tmp_path, search='grid', pruning_budget=2, points=None).trainings_to_prune == 2
    assert pruning_plan(tmp_path, pruning_budget=None).trainings_to_prune == 8
    pruned = Rehearsal(plan, Pruning(tokens=(50, 60, 75), segments=(30, 50)), values={(50, 30): 90.0, (75, 50): 90.0})
    assert pruned.ask() == [(50, 30), (50, 50), (75, 30), (75, 50)]  # 60 % of 4 tokens are 2, as 50 % are
    assert pruned.ask() == []
    assert pruned.best == (75, 50)


class Rehearsal(PrunedSweep):
    """A pruning that trains nothing: of equal models the one with the higher percentages is smaller."""

    def __init__(self, plan: SweepPlan, pruning: Pruning, values: dict, whole: float = 50.0) -> None:
        super().__init__(plan, pruning, whole=(0, 0))
        self.values = {(0, 0): whole, **values}

    def _keep(self, candidate):
        tokens, segments = candidate
        return [dict(tokens=list(range(4 - 4 * tokens // 100)), segments=[str(segments)])]

    def _judge(self, trial) -> SearchedModel:
        return SearchedModel(self.values.get(trial, 10.0), 1000 - sum(trial))

    def _trainings(self, phase, candidate):
        return SimpleNamespace(trial=lambda phase, setting, options: candidate)

    def _setting(self, candidate):
        return candidate


@pytest.mark.parametrize(
    ('values', 'always', 'best'),
    [
        ({(60, 50): 50.0}, False, (60, 50)),  # of equals the smaller one
        ({(60, 50): 49.0}, False, (0, 0)),
        ({(60, 50): 49.0}, True, (60, 50)),
        ({(60, 50): -inf, (60, 30): 20.0, (60, 60): 20.0}, True, (60, 60)),
    ],
)
def test_of_equals_the_smaller_model_wins_and_the_whole_one_may(values, always, best, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr('mmvpt.benchmark.sweep.pruned.judge_all', lambda trials, by: trials)
    pruned = Rehearsal(pruning_plan(tmp_path, pruning_budget=5), replace(PRUNING, always_prune=always), values)
    while pruned.ask():
        pass
    assert pruned.best == best


def test_prompts_of_late_blocks_are_pruned_from_the_features_that_trials_kept(tmp_path, in_this_process) -> None:
    late = dict(type='mmvpt.DeepPrompts', num_tokens=4, start=1)
    kept, apart = (
        plan_of(
            tmp_path,
            late,
            name,
            grid=ONE_POINT,
            seeds=(1,),
            pruning=PRUNING,
            pruning_budget=1,
            separate=name == 'apart',
        )
        for name in ('kept', 'apart')
    )
    swept = sweep_run.run_sweeps([kept, apart], Resources())
    assert [(plan.folder / 'features').exists() for plan in (kept, apart)] == [True, False]
    one, other = ([(each.phase, each.value, each.tuner) for each in each.results] for each in swept)
    assert [phase for phase, *_ in one] == ['selection', 'pruning', 'final']
    assert one == other


def test_a_model_whose_loss_is_not_finite_is_not_selected(tmp_path, in_this_process, monkeypatch) -> None:
    real = SweepTrial.run

    def diverge(trial: SweepTrial, *args, **options) -> None:
        if trial.phase == 'pruning' and trial.setting:
            trial.training.folder.mkdir(parents=True)
            trial.end('diverged', 'At iteration 1, loss is nan.')
        else:
            real(trial, *args, **options)

    monkeypatch.setattr(SweepTrial, 'run', diverge)
    always, may = (
        pruning_plan(tmp_path, name, seeds=(1,), pruning_budget=1, pruning=replace(PRUNING, always_prune=always))
        for name, always in (('always', True), ('may', False))
    )
    with pytest.raises(Refused, match='None of 1 trials can be selected: 1 diverged. At iteration 1, loss is nan.'):
        sweep_run.run_sweeps([always, may], Resources())
    assert [each.phase for each in read_results(always.folder)] == ['selection', 'pruning']
    *_, pruned, final = read_results(may.folder)
    assert (pruned.value, pruned.failed) == (None, 'diverged: At iteration 1, loss is nan.')
    assert (final.setting['pruning.tokens'], final.setting['pruning.segments']) == (0, 0)
    assert final.tuner == count_config(may.config).tuner
    assert 'tokens 60, segments 50, seed 1: diverged' in (may.folder / 'pruning.md').read_text()


@pytest.mark.parametrize(
    ('tuner', 'options', 'message'),
    [
        (dict(type='mmvpt.LinearProbe'), {}, 'Pruning needs a model with one tuner of prompts.* and this has 0'),
        (E2VPT, dict(pruning=Pruning(num_segments=5)), '5 segments do not divide prompts of 32 channels'),
        (E2VPT, dict(pruning=Pruning(tokens=(10, 110))), 'tokens=110: percentages are 0 to 100'),
        (E2VPT, dict(pruning_budget=0), 'A budget of 0 trainings looks nowhere'),
        (E2VPT, dict(options={'default_hooks.delta': None}), 'needs the hooks of configs/_base_/hooks.py'),
        (
            E2VPT,
            dict(grid={**ONE_POINT, 'model.backbone.tuner.0.share': [None, 'intra']}),
            'prompts that train, of their own for each block',
        ),
    ],
)
def test_what_cannot_be_pruned_is_refused_before_anything_is_trained(
    tuner, options: dict, message: str, tmp_path, in_this_process
) -> None:
    plan = plan_of(tmp_path, tuner, **{**dict(grid=ONE_POINT, pruning=PRUNING), **options})
    with pytest.raises(Refused, match=f'config.py cannot be pruned. .*{message}'):
        sweep_run.run_sweep(plan, Resources())
    assert in_this_process == []
    assert not plan.folder.exists()


def test_trainings_without_a_start_are_not_cleared_to_prune_them(tmp_path, in_this_process) -> None:
    sweep_run.run_sweep(pruning_plan(tmp_path, pruning=None, pruning_budget=None), Resources())
    with pytest.raises(Refused, match='1 run folders are of another config'):
        sweep_run.run_sweep(pruning_plan(tmp_path), Resources())
