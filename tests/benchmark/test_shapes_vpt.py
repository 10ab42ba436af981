import json
from pathlib import Path

import pytest
from mmengine.config import Config

from mmvpt.analysis.count import build_without_memory, count_model
from mmvpt.benchmark.protocol import Options
from mmvpt.benchmark.protocols.shapes_vpt import CNN, PROTOCOL, RATES, TRANSFORMER
from mmvpt.benchmark.report import tabulate
from mmvpt.benchmark.run import Bench, run_protocol
from mmvpt.benchmark.trial import LEARNING_RATE, Trial
from mmvpt.config import Recipe
from mmvpt.config.compose import compose_text
from mmvpt.config.tables import Row
from mmvpt.datasets.shapes import EXPORTERS
from mmvpt.files.read import read_metadata
from mmvpt.runs.in_process import TrainingResult
from tests.benchmark.tiny import NO_WORKERS, cells

TINY = {
    **NO_WORKERS,
    'train_dataloader.batch_size': 6,
    'train_cfg.max_epochs': 1,
    'train_cfg.val_interval': 1,
    'default_hooks.checkpoint.interval': 1,
}
EVERYTHING = [(name, method) for name, base in PROTOCOL.bases.items() for method in base.methods]


def trial_of(base: str, method: str, task: str = 'count') -> Trial:
    return Trial(base, task, method, ((LEARNING_RATE, 0.5),))


def compose(folder: Path, trial: Trial) -> Config:
    bench = Bench(
        PROTOCOL, Options(folder, Path('pictures'), overrides={'model.backbone.init_cfg.checkpoint': 'b.pth'}), {}
    )
    return Config.fromfile(bench.job(trial, seed=3).config)


def test_the_plan_has_every_method_on_every_backbone_and_task():
    trials = PROTOCOL.trials()
    assert len(trials) == len(set(trials)) == (2 * len(TRANSFORMER) + len(CNN)) * len(PROTOCOL.tasks)
    assert {trial.method for trial in trials if trial.base != 'cnn'} == {
        *('full', 'linear', 'partial-1', 'MLP-3', 'sidetune', 'bias', 'adapter', 'VPT-shallow', 'VPT-deep', 'LoRA')
    }
    assert all(trial.setting == ((LEARNING_RATE, RATES[trial.base][trial.method]),) for trial in trials)


@pytest.mark.parametrize(('base', 'method'), EVERYTHING)
def test_every_method_trains_what_its_name_says(base, method, tmp_path):
    config = compose(tmp_path, trial_of(base, method))
    count = count_model(build_without_memory(config))
    frozen = method in ('linear', 'MLP-3')
    own = method in ('full', 'partial-1', 'bias')
    assert (count.backbone > 0, count.tuner > 0) == (own, not own and not frozen)
    assert (count.backbone == count.base) == (method == 'full')
    assert config.optim_wrapper.optimizer.lr == 0.5
    assert config.randomness.seed == 3


@pytest.mark.parametrize('base', PROTOCOL.bases)
def test_methods_differ_in_tuner_head_and_rate_alone(base, tmp_path):
    contents = []
    for method in PROTOCOL.bases[base].methods:
        config = compose(tmp_path, trial_of(base, method)).to_dict()
        del config['model']['backbone']['tuner'], config['tuner'], config['model']['head']
        config.pop('head', None)
        config.pop('tuner_grid', None)
        contents.append(config)
    assert all(content == contents[0] for content in contents)


@pytest.mark.parametrize('task', PROTOCOL.tasks)
def test_the_head_has_the_classes_of_the_task_and_images_are_normalised(task, tmp_path):
    config = compose(tmp_path, trial_of('vit', 'linear', task))
    assert config.model.head.num_classes == config.data_preprocessor.num_classes == len(EXPORTERS[task].classes)
    assert config.data_preprocessor.mean and 'data_preprocessor' not in config.model
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        assert loader.dataset.data_root == f'pictures/seed0/{task}'
        assert not any(step['type'] == 'RandomFlip' for step in loader.dataset.pipeline)


def test_a_comparison_ends_with_a_table_and_reuses_what_it_did(tmp_path, capfd, steps_in_this_process):
    work, data = tmp_path / 'work', tmp_path / 'data'
    protocol = PROTOCOL.only(bases=['vit'], tasks=['count'], methods=['linear', 'VPT-deep'], seeds=[4, 5])
    options = Options(work, data, data_seed=1, splits=dict(train=12, val=6), overrides=TINY, base_overrides=TINY)
    table = run_protocol(protocol, options).tables
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
    assert run_protocol(protocol, options).tables == table
    said = capfd.readouterr().out
    assert said.count('reused') == 1 and ' in ' not in said.partition('trials')[2]


def test_what_is_written_for_a_training_is_the_row_of_its_recipe(tmp_path):
    path = Path(Bench(PROTOCOL, Options(tmp_path, tmp_path), {}).job(trial_of('vit', 'VPT-deep'), seed=3).config)
    plain = PROTOCOL.recipe(trial_of('vit', 'VPT-deep'))
    assert isinstance(plain, Recipe)
    text = compose_text(Row(path.stem, plain, tmp_path / 'table.py'))
    assert [line for line in text.splitlines() if 'mmvpt::' in line] == [
        line for line in path.read_text().splitlines() if 'mmvpt::' in line
    ]
    assert 'a row of protocols/shapes_vpt.py' in path.read_text()


def test_rows_hold_means_and_spreads_over_seeds():
    protocol = PROTOCOL.only(bases=['cnn'], tasks=['count', 'misty'], methods=['bias'], seeds=[0, 1], rates=[0.1])
    found = {'count': [10.0, 20.0], 'misty': [50.0, 50.0]}
    outcomes = {
        (trial, seed): TrainingResult(found[trial.task][seed], trained=5, total=20, seconds=1.0)
        for trial in protocol.trials()
        for seed in (0, 1)
    }
    title, rows = tabulate(protocol, protocol.trials(), outcomes).split('\n\n')
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
