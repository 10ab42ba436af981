import json
from pathlib import Path

import pytest
from mmengine.config import Config

from mmvpt.analysis.count import build_without_memory, count_model
from mmvpt.benchmark import vpt_shapes
from mmvpt.benchmark.vpt_shapes import (
    CNN,
    FAMILIES,
    METHODS,
    TASKS,
    TRANSFORMER,
    Result,
    Trial,
    compare_methods,
    plan,
    tabulate,
)
from mmvpt.datasets.shapes import EXPORTERS
from mmvpt.files.read import read_metadata
from mmvpt.runs.steps import StepFailed

FEW = dict(train=12, val=6)
TINY = {
    **{f'{split}_dataloader.num_workers': 0 for split in ('train', 'val', 'test')},
    **{f'{split}_dataloader.persistent_workers': False for split in ('train', 'val', 'test')},
    'train_dataloader.batch_size': 6,
    'train_cfg.max_epochs': 1,
    'train_cfg.val_interval': 1,
    'default_hooks.checkpoint.interval': 1,
}
EVERYTHING = [(name, method) for name, family in FAMILIES.items() for method in family.methods]


def compose(folder: Path, backbone: str, method: str, task: str = 'count', checkpoint: str = 'base.pth') -> Config:
    path = folder / 'config.py'
    path.write_text(Trial(backbone, method, task, 0.5).write_config(Path(checkpoint), Path('pictures'), seed=3))
    return Config.fromfile(path)


def cells(table: str) -> list[dict[str, str]]:
    header, _, *rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in table.splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_plan_has_every_method_on_every_backbone_and_task():
    trials = plan(list(FAMILIES), TASKS, METHODS, [])
    assert len(trials) == len(set(trials)) == (2 * len(TRANSFORMER) + len(CNN)) * len(TASKS)
    assert {trial.method for trial in trials if trial.backbone != 'cnn'} == {
        *('full', 'linear', 'partial-1', 'MLP-3', 'sidetune', 'bias', 'adapter', 'VPT-shallow', 'VPT-deep', 'LoRA')
    }
    assert all(trial.rate == FAMILIES[trial.backbone].rates[trial.method] for trial in trials)


def test_rates_to_compare_take_the_place_of_the_chosen_one():
    assert [trial.rate for trial in plan(['vit'], ['count'], ['bias'], [0.1, 0.2])] == [0.1, 0.2]


def test_a_backbone_that_no_method_serves_names_those_that_do():
    with pytest.raises(ValueError, match='None of LoRA serves cnn. Its methods: full, linear, partial-1'):
        plan(['vit', 'cnn'], ['count'], ['LoRA'], [])


@pytest.mark.parametrize(('backbone', 'method'), EVERYTHING)
def test_every_method_trains_what_its_name_says(backbone, method, tmp_path):
    config = compose(tmp_path, backbone, method)
    count = count_model(build_without_memory(config))
    frozen = method in ('linear', 'MLP-3')
    own = method in ('full', 'partial-1', 'bias')
    assert (count.backbone > 0, count.tuner > 0) == (own, not own and not frozen)
    assert (count.backbone == count.base) == (method == 'full')
    assert config.optim_wrapper.optimizer.lr == 0.5
    assert config.randomness.seed == 3


@pytest.mark.parametrize('backbone', FAMILIES)
def test_methods_differ_in_tuner_head_and_rate_alone(backbone, tmp_path):
    contents = []
    for method in FAMILIES[backbone].methods:
        config = compose(tmp_path, backbone, method).to_dict()
        del config['model']['backbone']['tuner'], config['tuner'], config['model']['head']
        config.pop('head', None)
        config.pop('tuner_grid', None)
        contents.append(config)
    assert all(content == contents[0] for content in contents)


@pytest.mark.parametrize('task', TASKS)
def test_the_head_has_the_classes_of_the_task_and_images_are_normalised(task, tmp_path):
    config = compose(tmp_path, 'vit', 'linear', task)
    assert config.model.head.num_classes == config.data_preprocessor.num_classes == len(EXPORTERS[task].classes)
    assert config.data_preprocessor.mean and 'data_preprocessor' not in config.model
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        assert loader.dataset.data_root == 'pictures'
        assert not any(step['type'] == 'RandomFlip' for step in loader.dataset.pipeline)


def test_a_comparison_ends_with_a_table_and_reuses_what_it_did(tmp_path, capfd, steps_in_this_process):
    options = dict(
        backbones=['vit'], tasks=['count'], methods=['linear', 'VPT-deep'], data_seed=1, splits=FEW, overrides=TINY
    )
    work, data = tmp_path / 'work', tmp_path / 'data'
    table = compare_methods(work, data, [4, 5], **options)
    title, rows = table.split('\n\n')
    assert title == 'ViT'
    rows = cells(rows)
    assert [row['method'] for row in rows] == ['linear', 'VPT-deep']
    assert all('±' in row['count'] for row in rows)
    assert (work / 'results.md').read_text() == table + '\n'

    (folder,) = (work / 'pictures1' / 'seed4').glob('vit_VPT-deep_count_lr*/')
    trained = Config.fromfile(folder / f'{folder.name}.py')
    assert trained.model.backbone.tuner.type == 'mmvpt.DeepPrompts'
    assert trained.train_dataloader.dataset.data_root == str(data / 'seed1' / 'count')
    (delta,) = folder.glob('*.safetensors')
    assert read_metadata(delta)['num_trained'] == json.loads((folder / 'result.json').read_text())['trained']

    capfd.readouterr()
    assert compare_methods(work, data, [4, 5], **options) == table
    said = capfd.readouterr().out
    assert said.count('reused') == 1 and ' in ' not in said.partition('trainings')[2]


def test_a_training_that_fails_tells_its_last_words(tmp_path):
    config = tmp_path / 'config.py'
    config.write_text(Trial('vit', 'linear', 'count', 0.1).write_config(Path('nowhere.pth'), tmp_path, 0))
    (tmp_path / 'run').mkdir()
    with pytest.raises(StepFailed, match=r'Training .*config.py failed. Its last words, out of .*console.log'):
        vpt_shapes.train(config, tmp_path / 'run', {})


def test_rows_hold_means_and_spreads_over_seeds():
    trials = [Trial('cnn', 'bias', task, 0.1) for task in ('count', 'misty')]
    found = {trials[0]: [10.0, 20.0], trials[1]: [50.0, 50.0]}
    results = {
        (trial, seed): Result(accuracy, trained=5, total=20, seconds=1.0)
        for trial, values in found.items()
        for seed, accuracy in enumerate(values)
    }
    title, rows = tabulate('cnn', trials, [0, 1], results).split('\n\n')
    assert title == 'CNN'
    assert cells(rows) == [
        {
            'method': 'bias',
            'learning rate': '0.1',
            '% trained': '25.00',
            'count': '15.0 ± 7.1',
            'misty': '50.0 ± 0.0',
            'mean': '32.5 ± 3.5',
        }
    ]
