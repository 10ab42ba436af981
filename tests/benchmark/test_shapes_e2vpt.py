"""The parts of E2VPT side by side on Shapes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from mmengine.config import Config

from mmvpt.benchmark.protocol import Options
from mmvpt.benchmark.protocols.shapes_e2vpt import PROTOCOL, Pruned, protocol_of
from mmvpt.benchmark.report import tabulate
from mmvpt.benchmark.run import run_protocol
from mmvpt.config.find import find_config
from mmvpt.pruning.keep import set_keep


def run(accuracy: float, tuner: int) -> SimpleNamespace:
    count = SimpleNamespace(tuner=tuner, trained=tuner + 10, total=1000)
    return SimpleNamespace(metrics={'accuracy/top1': accuracy}, count=lambda: count)


def test_the_table_has_the_rows_of_the_papers() -> None:
    """E2VPT, Table 4: visual prompts, then with key-value prompts, with pruning, with both."""
    protocol = PROTOCOL.only(tasks=['misty'], seeds=[0, 1])
    pruned = dict(without_key_values=60.0, with_key_values=70.0)
    outcomes = {
        (trial, seed): Pruned(run(50 + seed, 100), run(pruned[trial.method], 40), (30, 50))
        for trial in protocol.trials()
        for seed in (0, 1)
    }
    heading, table = tabulate(protocol, protocol.trials(), outcomes).split('\n\n')
    assert heading == 'misty'
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in table.splitlines()[2:]]
    assert [row[:3] for row in cells] == [
        ['-', '-', '100'],
        ['yes', '-', '100'],
        ['-', '30 / 50 %, 30 / 50 %', '40'],
        ['yes', '30 / 50 %, 30 / 50 %', '40'],
    ]
    assert [row[4] for row in cells] == ['50.50', '50.50', '60.00', '70.00']
    assert cells[0][-1] == '50.0 51.0'


@pytest.mark.parametrize('trial', PROTOCOL.trials(), ids=PROTOCOL.name_of)
def test_the_configs_take_every_task_and_can_be_pruned(tmp_path, trial) -> None:
    config = Config.fromfile(find_config(f'mmvpt::{PROTOCOL.config_of(trial)}'))
    config.merge_from_dict(PROTOCOL.tasks[trial.task].read_from(tmp_path))
    assert config.train_dataloader.dataset.data_root == str(tmp_path / trial.task)
    assert config.model.head.num_classes == config.data_preprocessor.num_classes > 1
    set_keep(config.model, [None] * 4)


def test_the_budget_reaches_the_pipelines() -> None:
    assert protocol_of(3).train.keywords == dict(budget=3)


def test_pipelines_that_fail_say_which_command_did(tmp_path) -> None:
    options = Options(
        tmp_path / 'work',
        tmp_path / 'data',
        splits=dict(train=12, val=6),
        base_overrides={'model.backbone.type': 'NoBackbone'},
    )
    with pytest.raises(RuntimeError, match=r'(?s)Pretraining a base ended with exit code 1.*NoBackbone'):
        run_protocol(PROTOCOL, options)
