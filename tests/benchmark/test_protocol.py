"""A protocol is data: what it compares, with which settings, and how the best of them is selected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from mmengine.config import Config

from mmvpt.benchmark.protocol import Base, Line, Options, Protocol, Selection, Task
from mmvpt.benchmark.run import run_protocol
from mmvpt.benchmark.trial import LEARNING_RATE, Job, Trial
from mmvpt.config import Recipe
from mmvpt.runs.commands import as_typed
from mmvpt.runs.steps import StepFailed

DECAY = 'optim_wrapper.optimizer.weight_decay'
#: How good each method is at each rate, on what it is selected by.
GOOD = {('birds', 'prompts'): 0.1, ('birds', 'probe'): 0.2, ('cars', 'prompts'): 0.2, ('cars', 'probe'): 0.1}


def recipe(trial: Trial) -> Recipe:
    tuner = {'prompts': 'vpt', 'probe': 'linear'}[trial.method]
    return Recipe('vit_narrow_shapes', tuner=tuner)


def train(job: Job) -> float:
    """Be the better the nearer the rate is to the good one; a training of the selection trains on 800."""
    JOBS.append(job)
    config = Config.fromfile(job.config)
    task = Path(config.train_dataloader.dataset.data_root).name
    good = GOOD[task, 'probe' if 'Linear' in config.model.backbone.tuner.type else 'prompts']
    return 100 - abs(config.optim_wrapper.optimizer.lr - good) + job.seed


def show(line: Line[float]) -> dict[str, object]:
    rates = {task: dict(setting)[LEARNING_RATE] for task, setting in line.settings.items()}
    return {'method': line.method, **{task: f'{rates[task]}: {found}' for task, found in line.found.items()}}


JOBS: list[Job] = []
#: As VTAB: a grid, selected on a part of the training data, then trained on all of it with several seeds.
INVENTED = Protocol(
    name='invented',
    tasks={name: Task(name, overrides={'model.head.num_classes': 3}) for name in ('birds', 'cars')},
    methods={'prompts': 'vpt', 'probe': 'linear'},
    bases={'vit': Base('small ViT')},
    prepare=lambda protocol, options: None,
    train=train,
    columns=[show],
    recipe=recipe,
    grid={LEARNING_RATE: (0.1, 0.2), DECAY: (0.0, 0.01)},
    selection=Selection(score=float, overrides={'train_dataloader.dataset.data_prefix': 'train800'}),
    seeds=(1, 2),
    tables_by='base',
)


@pytest.fixture(autouse=True)
def no_jobs() -> None:
    JOBS.clear()


def options_of(folder: Path) -> Options:
    return Options(folder / 'work', folder / 'data')


def test_the_best_of_the_grid_is_trained_with_every_seed(tmp_path) -> None:
    table = run_protocol(INVENTED, options_of(tmp_path)).tables
    assert table == (tmp_path / 'work' / 'results.md').read_text().rstrip()
    rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in table.splitlines()]
    assert rows[0] == ['method', 'birds', 'cars']
    assert rows[2:] == [
        ['prompts', '0.1: [101.0, 102.0]', '0.2: [101.0, 102.0]'],
        ['probe', '0.2: [101.0, 102.0]', '0.1: [101.0, 102.0]'],
    ]
    assert len(JOBS) == 4 * 4 + 4 * 2


def test_selection_trains_once_with_the_first_seed_on_its_own_data_in_its_own_folder(tmp_path) -> None:
    run_protocol(INVENTED, options_of(tmp_path))
    selecting, final = JOBS[:16], JOBS[16:]
    assert {job.seed for job in selecting} == {1}
    assert {job.seed for job in final} == {1, 2}
    for jobs, split, parts in ((selecting, 'train800', ('selection', 'seed1')), (final, 'train', ('seed1', 'seed2'))):
        assert {Config.fromfile(job.config).train_dataloader.dataset.data_prefix for job in jobs} == {split}
        assert {job.folder.relative_to(tmp_path / 'work').parts[0] for job in jobs} <= set(parts)
    assert 'vit_prompts_birds_lr0.1_weight_decay0.0' in {job.folder.name for job in final}


def test_without_a_selection_all_settings_are_shown(tmp_path) -> None:
    table = run_protocol(replace(INVENTED, selection=None, seeds=(0,)), options_of(tmp_path)).tables
    assert len(table.splitlines()) == 2 + 2 * 4
    assert len(JOBS) == 4 * 4


def test_the_config_of_a_job_holds_all_that_decides_it(tmp_path) -> None:
    run_protocol(INVENTED.only(tasks=['cars'], methods=['probe'], seeds=[5]), options_of(tmp_path))
    job = JOBS[-1]
    config = Config.fromfile(job.config)
    assert config.randomness.seed == job.seed == 5
    assert config.model.head.num_classes == 3
    assert config.val_dataloader.dataset.data_root == str(tmp_path / 'data' / 'cars')
    assert dict(job.overrides) == {}


def test_a_written_config_is_a_path_for_commands_too_where_the_work_folder_is_relative(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_protocol(INVENTED.only(tasks=['cars'], methods=['probe'], seeds=[5]), Options(Path('work'), Path('data')))
    assert as_typed(JOBS[-1].config) == 'work/seed5/vit_probe_cars_lr0.1_weight_decay0.0.py'


def test_rates_to_compare_take_the_place_of_the_chosen_one() -> None:
    chosen = replace(INVENTED, grid={}, chosen={('vit', 'probe'): ((LEARNING_RATE, 0.3),)})
    assert [trial.setting for trial in chosen.only(tasks=['cars']).trials()] == [(), ((LEARNING_RATE, 0.3),)]
    compared = chosen.only(tasks=['cars'], methods=['probe'], rates=[0.1, 0.2]).trials()
    assert [dict(trial.setting)[LEARNING_RATE] for trial in compared] == [0.1, 0.2]


def test_a_part_has_tasks_in_the_order_given_and_methods_in_that_of_the_protocol() -> None:
    part = INVENTED.only(tasks=['cars', 'birds'], methods=['probe', 'prompts'])
    assert (list(part.tasks), list(part.methods)) == (['cars', 'birds'], ['prompts', 'probe'])


def test_a_part_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="The protocol has no 'dogs'. It has: birds, cars"):
        INVENTED.only(tasks=['dogs'])


def test_a_base_that_no_method_can_use_names_those_that_can() -> None:
    protocol = replace(INVENTED, bases={'vit': Base('ViT'), 'cnn': Base('CNN', methods=('probe', 'frame'))})
    with pytest.raises(ValueError, match='None of prompts is a method for cnn. These are: probe, frame'):
        protocol.only(methods=['prompts']).trials()


def test_the_first_error_ends_it_and_no_results_are_left(tmp_path) -> None:
    def fail(job: Job) -> float:
        JOBS.append(job)
        raise StepFailed('no')

    with pytest.raises(StepFailed, match='no'):
        run_protocol(replace(INVENTED, train=fail), options_of(tmp_path))
    assert len(JOBS) < 16
    assert not (tmp_path / 'work' / 'results.md').exists()
