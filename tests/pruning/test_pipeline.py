"""The pipeline of E2VPT: what it leaves, and that nothing stops it for good."""

from __future__ import annotations

import os
import random
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook

from mmvpt.engine.hooks import DeltaCheckpointHook
from mmvpt.files.read import read_checkpoint, read_metadata
from mmvpt.pruning.configs import UnprunedConfigs
from mmvpt.pruning.pipeline import Pipeline
from mmvpt.pruning.plan import Plan
from mmvpt.pruning.report import tabulate_search
from mmvpt.pruning.search import SearchedModel
from mmvpt.registry import HOOKS
from tests.engine.processes import finish, kill_group, run_pipeline, start
from tests.engine.tiny import cls_config

KILLS = int(os.environ.get('MMVPT_TEST_KILLS', 2))
E2VPT = [dict(type='mmvpt.DeepPrompts', num_tokens=4), dict(type='mmvpt.KeyValuePrompts', num_tokens=2)]


def plan_of(folder: Path, name: str, **changes) -> Plan:
    path = folder / 'tiny_e2vpt.py'
    if not path.exists():
        config = cls_config(folder, tuner=E2VPT)
        config.pop('work_dir')
        config.dump(path)
    return Plan(str(path), folder / name, **{**dict(budget=1, held_out=0.34, seeds=[0, 1]), **changes})


def final_delta(plan: Plan, seed: int) -> Path:
    (path,) = (plan.folder / 'final').glob(f't*_seed{seed}/epoch_2.safetensors')
    return path


@pytest.mark.long
def test_killed_at_any_moment_the_pipeline_ends_as_if_nothing_had_happened(tmp_path) -> None:
    moment = random.Random(0)
    whole, killed = plan_of(tmp_path, 'whole'), plan_of(tmp_path, 'killed')
    finish(start(run_pipeline, whole))
    for _ in range(KILLS):
        kill_group(start(run_pipeline, killed), moment.uniform(1, 8))
    finish(start(run_pipeline, killed))
    assert (killed.folder / 'report.md').read_text() == (whole.folder / 'report.md').read_text()
    for seed in (0, 1):
        expected, got = (read_checkpoint(final_delta(plan, seed))['state_dict'] for plan in (whole, killed))
        assert expected.keys() == got.keys()
        assert all(torch.equal(value, got[name]) for name, value in expected.items())

    report = (whole.folder / 'report.md').read_text()
    trained = read_metadata(final_delta(whole, 0))['num_trained']
    assert 'selected' in report and f'{trained:,}' in report
    assert len(list((whole.folder / 'search').glob('t*_s[0-9]*[0-9]'))) == 1
    assert (whole.folder / 'report.png').stat().st_size > 1000


class Rehearsal(Pipeline):
    """A pipeline that trains nothing."""

    def __init__(self, plan: Plan, metric) -> None:
        super().__init__(plan)
        self.metric = metric
        self.tried = []

    unpruned_run = None

    def _judge(self, run) -> SearchedModel:
        return SearchedModel(self.metric(*(run or (0, 0))), trained=1000 - sum(run or (0, 0)))

    def _prune(self, candidate, purpose, cfg):
        return Path('config.py'), [dict(tokens=candidate[0] // 20, segments=candidate[1])]

    def _train(self, title, config, folder, seed, *after):
        candidate = tuple(int(part[1:]) for part in folder.name.split('_'))
        self.tried.append(candidate)
        return candidate

    scores = property(lambda self: Path('.'))


@pytest.fixture
def no_stamps(monkeypatch) -> None:
    monkeypatch.setattr('mmvpt.pruning.pipeline.key_in', lambda folder: '')
    monkeypatch.setattr(UnprunedConfigs, 'selection', None)


def test_a_budget_counts_trainings_and_percentages_of_one_model_are_one(tmp_path, no_stamps) -> None:
    pipeline = Rehearsal(plan_of(tmp_path, 'x', budget=5), lambda tokens, segments: tokens + segments)
    best = pipeline.search()
    assert len(pipeline.tried) == 5
    everywhere = Rehearsal(plan_of(tmp_path, 'x', budget=None), lambda tokens, segments: 0.0)
    everywhere.search()
    assert len(everywhere.tried) == 5 * 9  # 10 is another model than 20 and 30, which are one here
    assert best == max(pipeline.searched.models, key=sum)


def test_of_equals_the_smaller_model_is_selected_and_the_whole_one_may_win(tmp_path, no_stamps) -> None:
    equal = Rehearsal(plan_of(tmp_path, 'x', budget=3), lambda tokens, segments: 50.0)
    assert equal.search() == max(equal.searched.models, key=sum)
    whole = Rehearsal(plan_of(tmp_path, 'x', budget=3), lambda tokens, segments: 0.0 if tokens else 50.0)
    assert whole.search() == (0, 0)
    pruned = Rehearsal(plan_of(tmp_path, 'x', budget=5, always_prune=True), lambda tokens, segments: -tokens)
    assert pruned.search() == (30, 50)


def test_percentages_that_prune_nothing_are_the_whole_model(tmp_path, no_stamps) -> None:
    plan = plan_of(tmp_path, 'x', budget=None, tokens=[0, 40], segments=[0, 50])
    pipeline = Rehearsal(plan, lambda tokens, segments: 0.0)
    pipeline.search()
    assert pipeline.tried == [(0, 50), (40, 0), (40, 50)]


def test_the_floor_of_a_plan_reaches_what_prunes(tmp_path, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr('mmvpt.pruning.pipeline.prune', lambda *args, **options: asked.append(options))
    monkeypatch.setattr(Pipeline, 'unpruned_run', SimpleNamespace(training=tmp_path))
    monkeypatch.setattr(Pipeline, 'scores', tmp_path / 'scores.safetensors')
    Pipeline(plan_of(tmp_path, 'x', segment_floor=0.25))._prune((30, 70), 'search', Config(dict()))
    assert asked == [dict(tokens=30, segments=70, start=tmp_path / 'start.safetensors', segment_floor=0.25)]


def test_trainings_and_evaluations_take_the_processes_of_the_plan(tmp_path, monkeypatch) -> None:
    ran = []
    monkeypatch.setattr('mmvpt.runs.steps.Step.run', lambda step, quiet: ran.append(step.command))
    (tmp_path / 'last_checkpoint').write_text('epoch_2.pth')
    pipeline = Pipeline(plan_of(tmp_path, 'x', processes=2))
    pipeline._train('whole', tmp_path / 'tiny_e2vpt.py', tmp_path, seed=0)
    for command, verb in zip(ran, ('train', 'test'), strict=True):
        assert '-m torch.distributed.run --standalone --nproc_per_node 2 -m mmvpt' in ' '.join(command)
        assert command[command.index('mmvpt') :][:3] == ('mmvpt', verb, '--launcher')


def test_a_report_says_how_many_models_the_pairs_were() -> None:
    same = {(50, 50): (50, 50), (50, 60): (50, 50), (50, 70): (50, 70)}
    results = {(0, 0): SearchedModel(50.0, 100), (50, 50): SearchedModel(51.0, 60), (50, 70): SearchedModel(52.0, 40)}
    table = tabulate_search('accuracy', results, same, best=(50, 70))
    assert table.splitlines()[-1] == '3 pairs of percentages came to 2 models, which were trained once each.'
    same.pop((50, 60))
    assert 'came to' not in tabulate_search('accuracy', results, same, best=(50, 70))


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(budget=0), 'A budget of 0 trainings looks nowhere'),
        (dict(tokens=[10, 110]), 'tokens=110: percentages are 0 to 100'),
        (dict(segment_floor=25), 'segment_floor=25: a share is 0 to 1'),
        (
            dict(tokens=[10, 20], segments=[5], num_segments=2, always_prune=True),
            '20 % of 4 tokens and 5 % of their 2 segments, .* prune nothing here',
        ),
        (dict(num_segments=5), '5 segments do not divide prompts of 32 channels'),
        (dict(options={'model.backbone.tuner': [dict(type='mmvpt.LoRA')]}), 'one tuner of prompts.* and this has 0'),
    ],
)
def test_what_would_fail_later_is_refused_before_anything_is_trained(tmp_path, changes: dict, message: str) -> None:
    plan = plan_of(tmp_path, 'x', **changes)
    with pytest.raises(ValueError, match=message):
        Pipeline(plan).run()
    assert not plan.folder.exists()


def test_the_start_is_saved_by_the_hook_of_a_users_own_class_too(tmp_path) -> None:
    @HOOKS.register_module(name='HookOfAUser', force=True)
    class HookOfAUser(DeltaCheckpointHook):
        pass

    configs = UnprunedConfigs(
        plan_of(tmp_path, 'x').config, {'default_hooks.delta': dict(_delete_=True, type='mmvpt.HookOfAUser')}, None
    )
    assert configs.planned.default_hooks.delta.save_start is True


def test_a_hook_of_another_class_whose_name_ends_alike_saves_no_start(tmp_path) -> None:
    @HOOKS.register_module(name='NoDeltaCheckpointHook', force=True)
    class NoDeltaCheckpointHook(Hook):
        pass

    options = {'default_hooks.other': dict(type='mmvpt.NoDeltaCheckpointHook')}
    planned = UnprunedConfigs(plan_of(tmp_path, 'x').config, options, None).planned
    assert 'save_start' not in planned.default_hooks.other
    assert planned.default_hooks.delta.save_start is True


def test_a_config_without_the_hook_that_saves_deltas_is_refused(tmp_path) -> None:
    plan = plan_of(tmp_path, 'x', options={'default_hooks.delta': None})
    with pytest.raises(ValueError, match=r'needs the hooks of configs/_base_/hooks.py'):
        Pipeline(plan).run()
