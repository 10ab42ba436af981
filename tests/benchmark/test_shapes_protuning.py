import pytest
from mmengine.config import Config

from mmvpt.benchmark.protocol import Options
from mmvpt.benchmark.protocols.shapes_protuning import PROTOCOL, installed
from mmvpt.benchmark.run import run_protocol
from mmvpt.config import packages
from mmvpt.config.find import find_config
from mmvpt.datasets.shapes import EXPORTERS
from tests.benchmark.tiny import NO_WORKERS, cells

METRICS = dict(segmentation=['mIoU'], detection=['box AP', 'mask AP'])
SHORT = {'segmentation': {'train_cfg.max_iters': 2}, 'detection': {'train_cfg.max_epochs': 1}}
of_tasks = pytest.mark.parametrize('task', PROTOCOL.tasks)


def options_of(folder, task):
    return Options(
        folder / 'work',
        folder / 'data',
        splits=dict(train=24, val=6),
        overrides={**NO_WORKERS, **SHORT[task], 'default_hooks.logger.interval': 1},
        base_overrides={**NO_WORKERS, 'train_dataloader.batch_size': 12, 'train_cfg.max_epochs': 1},
    )


@of_tasks
def test_a_comparison_ends_with_a_table_and_reuses_what_it_did(task, tmp_path, capfd, steps_in_this_process):
    protocol, options = PROTOCOL.only(tasks=[task], seeds=[7]), options_of(tmp_path, task)
    table = run_protocol(protocol, options).tables
    title, rows = table.split('\n\n')
    assert title == task.capitalize()
    rows = cells(rows)
    assert [row['method'] for row in rows] == list(PROTOCOL.methods)
    trained = [int(row['trained parameters'].replace(',', '')) for row in rows]
    assert trained[0] < trained[1] < trained[2]
    assert all(0 <= float(row[metric]) <= 100 for row in rows for metric in METRICS[task])
    assert (tmp_path / 'work' / 'results.md').read_text() == table + '\n'

    capfd.readouterr()
    assert run_protocol(protocol, options).tables == table
    assert capfd.readouterr().out.count('reused') == 1 + 2 * len(PROTOCOL.methods)


def test_rates_and_seeds_become_rows_and_spreads(tmp_path, steps_in_this_process):
    protocol = PROTOCOL.only(tasks=['segmentation'], methods=['head retraining'], rates=[0.01, 0.1], seeds=[1, 2])
    table = run_protocol(protocol, options_of(tmp_path, 'segmentation')).tables
    rows = cells(table.split('\n\n')[1])
    assert [row['learning rate'] for row in rows] == ['0.01', '0.1']
    assert all(float(row['spread of mIoU']) >= 0 for row in rows)
    config = Config.fromfile(next((tmp_path / 'work/seed2/fcn_linear_shapes_lr0.1').glob('*.py')))
    assert (config.optim_wrapper.optimizer.lr, config.randomness.seed) == (0.1, 2)


def test_detection_with_broken_operators_is_left_out_with_the_command_that_mends_them(monkeypatch, capsys):
    monkeypatch.setattr(packages, 'missing_ops', lambda: '_ext.so: undefined symbol')
    monkeypatch.setattr(packages, 'find_spec', lambda host: True)
    pytest.importorskip('mmdet')
    assert list(installed(PROTOCOL).tasks) == ['segmentation']
    assert 'No detection: ' in (said := capsys.readouterr().out)
    assert 'onedl-mmcv==' in said
    with pytest.raises(ImportError, match='No detection'):
        installed(PROTOCOL.only(tasks=['detection']))


@of_tasks
def test_the_methods_differ_in_tuner_and_rates_alone(task):
    contents = []
    for trial in PROTOCOL.only(tasks=[task]).trials():
        config = Config.fromfile(find_config(f'mmvpt::{PROTOCOL.config_of(trial)}')).to_dict()
        del config['model']['backbone']['tuner'], config['tuner'], config['optim_wrapper']['optimizer']['lr']
        config['optim_wrapper'].pop('paramwise_cfg', None)
        contents.append(config)
    assert contents[0] == contents[1] == contents[2]


@of_tasks
def test_the_configs_name_the_classes_that_shapes_writes(task):
    config = Config.fromfile(find_config(f'mmvpt::{PROTOCOL.tasks[task].configs.format("linear")}'))
    classes = EXPORTERS[PROTOCOL.tasks[task].data].classes
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        assert tuple(loader.dataset.metainfo.classes) == classes
