"""A sweep from a config to results, its trainings in this process."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mmvpt.benchmark.results import RESULTS_FILE, read_results
from mmvpt.benchmark.sweep import run as sweep_run
from mmvpt.benchmark.sweep.plan import SweepPlan
from mmvpt.benchmark.sweep.splits import check_splits
from mmvpt.benchmark.sweep.trainings import trials_of
from mmvpt.benchmark.sweep.with_ray import Resources
from mmvpt.benchmark.trial import LEARNING_RATE
from mmvpt.text.refused import Refused
from mmvpt.version import __version__
from tests.engine.tiny import write_base

from .tiny_plan import DECAY, plan_of


def test_heads_train_together_and_the_selected_one_is_trained_with_every_seed(tmp_path, in_this_process) -> None:
    plan = plan_of(tmp_path, dict(type='mmvpt.LinearProbe'))
    swept = sweep_run.run_sweep(plan, Resources())
    assert in_this_process[0] == 'selection/heads'
    assert [name.partition('/')[0] for name in in_this_process] == ['selection', 'final', 'final']
    results = read_results(tmp_path / 'sweep')
    assert list(swept.results) == results
    selection, final = ([each for each in results if each.phase == phase] for phase in ('selection', 'final'))
    assert len(selection) == 4  # all points, as they cost no more than one
    assert {each.train_images for each in selection} == {9}
    assert {each.train_images for each in final} == {12}
    assert [each.seed for each in final] == [1, 2]
    assert {each.split for each in final} == {'test'}
    assert dict(final[0].setting) == dict(swept.chosen.setting)
    assert final[0].base_version == selection[0].base_version != ''
    assert (final[0].head, final[0].tuner, final[0].classes) == (32 * 3 + 3, 0, 3)
    assert 'selected' in (tmp_path / 'sweep' / 'selection.md').read_text()
    in_this_process.clear()
    assert sweep_run.run_sweep(plan_of(tmp_path, dict(type='mmvpt.LinearProbe')), Resources()).results == results
    assert in_this_process == []


def test_prompts_train_one_by_one_and_one_that_fails_does_not_stop_the_others(tmp_path, in_this_process) -> None:
    plan = plan_of(tmp_path, dict(type='mmvpt.DeepPrompts', num_tokens=2))
    trials = trials_of(plan)
    assert len(trials) == 2
    assert plan.why_separate == 'DeepPrompts changes what the head reads'
    for trial in trials:
        trial.training.folder.mkdir(parents=True)
        (trial.training.folder / 'thesis.tex').touch()  # a folder of someone else
        break
    with pytest.raises(FileExistsError, match='files of someone else'):
        sweep_run.run_sweep(plan, Resources())
    (trials[0].training.folder / 'thesis.tex').unlink()
    sweep_run.run_sweep(plan, Resources())
    results = [json.loads(line) for line in (tmp_path / 'sweep' / RESULTS_FILE).read_text().splitlines()]
    assert [each['phase'] for each in results] == ['selection'] * 2 + ['final'] * 2
    assert {each['method'] for each in results} == {'DeepPrompts'}


def test_trainings_that_begin_deeper_share_what_the_frozen_blocks_make_of_the_images(tmp_path, in_this_process) -> None:
    plan = plan_of(tmp_path, dict(type='mmvpt.DeepPrompts', num_tokens=2, start=1))
    sweep_run.run_sweep(plan, Resources())
    assert len(in_this_process) == 4
    assert len(list((plan.folder / 'features').iterdir())) == 3  # to train and to select on, and both for good
    assert not plan_of(tmp_path, plan.opened.model.backbone.tuner, separate=True).keeps_features
    assert not plan_of(tmp_path, dict(type='mmvpt.DeepPrompts', num_tokens=2)).keeps_features


def test_a_value_that_no_run_takes_is_refused_before_anything_is_trained(tmp_path, in_this_process) -> None:
    grid = {'model.backbone.tuner.num_tokns': [2, 3]}
    plan = plan_of(tmp_path, dict(type='mmvpt.DeepPrompts', num_tokens=2), grid=grid)
    with pytest.raises(Refused, match=r'DeepPrompts has no such option. Did you mean num_tokens'):
        sweep_run.run_sweep(plan, Resources())
    assert in_this_process == []
    assert not (tmp_path / 'sweep').exists()


def test_where_all_diverge_the_sweep_says_so_and_trains_nothing_for_good(tmp_path, in_this_process) -> None:
    grid = {LEARNING_RATE: [1e38], DECAY: [0.0]}
    plan = plan_of(tmp_path, dict(type='mmvpt.LinearProbe'), grid=grid)
    with pytest.raises(Refused, match='None of 1 trials can be selected: 1 diverged'):
        sweep_run.run_sweep(plan, Resources())
    assert in_this_process == ['selection/heads']


def test_images_that_select_and_are_tested_on_are_refused(tmp_path, in_this_process) -> None:
    plan = plan_of(tmp_path, dict(type='mmvpt.LinearProbe'), held_out=0)  # the config validates on its test data
    with pytest.raises(Refused, match='validation images that would select are test images too: 12 of 12'):
        sweep_run.run_sweep(plan, Resources())
    assert in_this_process == []


def test_one_sweep_without_a_selection_does_not_stop_another(tmp_path, in_this_process) -> None:
    fine = plan_of(tmp_path, dict(type='mmvpt.LinearProbe'), folder_name='fine')
    wild = plan_of(
        tmp_path, dict(type='mmvpt.LinearProbe'), folder_name='wild', grid={LEARNING_RATE: [1e38], DECAY: [0.0]}
    )
    with pytest.raises(Refused, match='LinearProbe: None of 1 trials can be selected'):
        sweep_run.run_sweeps([wild, fine], Resources())
    assert in_this_process == ['selection/heads', 'selection/heads', *[f'final/{name}' for name in finals(fine)]]
    phases = [result.phase for result in read_results(tmp_path / 'fine')]
    assert phases == ['selection'] * 4 + ['final'] * 2
    assert [result.failed.partition(':')[0] for result in read_results(tmp_path / 'wild')] == ['diverged']


def finals(plan: SweepPlan) -> list[str]:
    return sorted(path.name for path in (plan.folder / 'final').iterdir() if 'test' not in path.name and path.is_dir())


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(points=0), 'points is 0'),
        (dict(points=3, search='grid'), "with the search 'grid'. It is 1 or more, for a search of some points"),
        (dict(seeds=(1, 1)), r'The seeds are \[1, 1\]'),
    ],
)
def test_wrong_options_are_refused(options: dict, message: str, tmp_path, in_this_process) -> None:
    with pytest.raises(Refused, match=message):
        sweep_run.run_sweep(plan_of(tmp_path, dict(type='mmvpt.LinearProbe'), **options), Resources())
    assert in_this_process == []


def test_trainings_of_another_base_or_config_or_other_data_are_refused_and_stay(tmp_path, in_this_process) -> None:
    tuner = dict(type='mmvpt.DeepPrompts', num_tokens=2)
    results = sweep_run.run_sweep(plan_of(tmp_path, tuner), Resources()).results
    assert {result.code for result in results} == {__version__}
    before = {path: path.read_bytes() for path in (tmp_path / 'sweep').rglob('*.safetensors')}
    in_this_process.clear()
    with pytest.raises(Refused, match='2 run folders are of another config, base or environment'):
        sweep_run.run_sweep(plan_of(tmp_path, tuner, options={'train_cfg.max_epochs': 1}), Resources())
    plan = plan_of(tmp_path, tuner)
    with pytest.raises(Refused, match='2 run folders .* of other data'):
        sweep_run.run_sweep(replace(plan, labels=replace(plan.labels, source='drawn anew')), Resources())
    write_base(tmp_path / 'base.pth', seed=1)
    with pytest.raises(Refused, match='2 run folders are of another config, base or environment'):
        sweep_run.run_sweep(plan_of(tmp_path, tuner), Resources())
    assert in_this_process == []
    assert {path: path.read_bytes() for path in (tmp_path / 'sweep').rglob('*.safetensors')} == before


def test_a_class_without_an_image_is_remarked_on(tmp_path, in_this_process, capsys) -> None:
    plan = plan_of(tmp_path, dict(type='mmvpt.LinearProbe'), held_out=0.1)  # one image
    check_splits(plan.for_selection, plan.for_good)
    assert 'Remark: 2 of 3 classes have no validation image: class' in capsys.readouterr().err
