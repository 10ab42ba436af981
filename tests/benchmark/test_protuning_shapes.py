import pytest
from mmengine.config import Config

from mmvpt.benchmark import protuning_shapes
from mmvpt.benchmark.protuning_shapes import METHODS, PRETRAINING, TASKS, compare_tuning
from mmvpt.config import hosts
from mmvpt.config.find import find_config
from mmvpt.datasets.shapes import EXPORTERS

METRICS = dict(segmentation=['mIoU'], detection=['box AP', 'mask AP'])
FEW = dict(train=24, val=6)
NO_WORKERS = [
    f'{split}_dataloader.{option}'
    for split in ('train', 'val', 'test')
    for option in ('num_workers=0', 'persistent_workers=False')
]
SHORT = {
    'segmentation': [*NO_WORKERS, 'train_cfg.max_iters=2', 'default_hooks.logger.interval=1'],
    'detection': [*NO_WORKERS, 'train_cfg.max_epochs=1', 'default_hooks.logger.interval=1'],
}
TINY = {PRETRAINING: [*NO_WORKERS, 'train_dataloader.batch_size=12', 'train_cfg.max_epochs=1']}
TINY |= {task.configs.format(method): SHORT[name] for name, task in TASKS.items() for method in METHODS.values()}


def cells(table):
    header, _, *rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in table.splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize('task', TASKS)
def test_a_comparison_ends_with_a_table_and_reuses_what_it_did(task, tmp_path, capfd, steps_in_this_process):
    options = dict(tasks=[task], splits=FEW, overrides=TINY)
    table = compare_tuning(tmp_path / 'work', tmp_path / 'data', [7], **options)
    title, rows = table.split('\n\n')
    assert title == task.capitalize()
    rows = cells(rows)
    assert [row['method'] for row in rows] == list(METHODS)
    trained = [int(row['trained parameters'].replace(',', '')) for row in rows]
    assert trained[0] < trained[1] < trained[2]
    assert all(0 <= float(row[metric]) <= 100 for row in rows for metric in METRICS[task])
    assert (tmp_path / 'work' / 'results.md').read_text() == table + '\n'

    capfd.readouterr()
    assert compare_tuning(tmp_path / 'work', tmp_path / 'data', [7], **options) == table
    assert capfd.readouterr().out.count('reused') == 1 + 2 * len(METHODS)


def test_rates_and_seeds_become_rows_and_spreads(tmp_path, monkeypatch, steps_in_this_process):
    monkeypatch.setattr(protuning_shapes, 'METHODS', {'head retraining': 'linear'})
    options = dict(tasks=['segmentation'], rates=[0.01, 0.1], splits=FEW, overrides=TINY)
    table = compare_tuning(tmp_path / 'work', tmp_path / 'data', [1, 2], **options)
    rows = cells(table.split('\n\n')[1])
    assert [row['learning rate'] for row in rows] == ['0.01', '0.1']
    assert all(float(row['spread of mIoU']) >= 0 for row in rows)
    config = Config.fromfile(next((tmp_path / 'work/seed2/fcn_linear_shapes_lr0.1').glob('*.py')))
    assert (config.optim_wrapper.optimizer.lr, config.randomness.seed) == (0.1, 2)


def test_detection_with_broken_operators_is_left_out_with_the_command_that_mends_them(monkeypatch, capsys):
    monkeypatch.setattr(hosts, 'missing_ops', lambda: '_ext.so: undefined symbol')
    monkeypatch.setattr(hosts, 'find_spec', lambda host: True)
    pytest.importorskip('mmdet')
    assert list(protuning_shapes.usable(TASKS)) == ['segmentation']
    assert 'No detection: ' in (said := capsys.readouterr().out)
    assert 'onedl-mmcv==' in said
    with pytest.raises(ImportError, match='No detection'):
        list(protuning_shapes.usable(['detection']))


@pytest.mark.parametrize('task', TASKS)
def test_the_methods_differ_in_tuner_and_rates_alone(task):
    contents = []
    for method in METHODS.values():
        config = Config.fromfile(find_config(f'mmvpt::{TASKS[task].configs.format(method)}')).to_dict()
        del config['model']['backbone']['tuner'], config['tuner'], config['optim_wrapper']['optimizer']['lr']
        config['optim_wrapper'].pop('paramwise_cfg', None)
        contents.append(config)
    assert contents[0] == contents[1] == contents[2]


@pytest.mark.parametrize('task', TASKS)
def test_the_configs_name_the_classes_that_shapes_writes(task):
    config = Config.fromfile(find_config(f'mmvpt::{TASKS[task].configs.format("linear")}'))
    classes = EXPORTERS[TASKS[task].format].classes
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        assert tuple(loader.dataset.metainfo.classes) == classes
