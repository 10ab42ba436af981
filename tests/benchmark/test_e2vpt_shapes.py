"""The parts of E2VPT side by side on Shapes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from mmengine.config import Config

from mmvpt.benchmark.e2vpt_shapes import CONFIGS, TASKS, Outcome, Trial, _options, compare_parts, tabulate
from mmvpt.config.find import find_config
from mmvpt.pruning.keep import set_keep


def run(accuracy: float, tuner: int) -> SimpleNamespace:
    count = SimpleNamespace(tuner=tuner, trained=tuner + 10, total=1000)
    return SimpleNamespace(metrics={'accuracy/top1': accuracy}, count=lambda: count)


def test_the_table_has_the_rows_of_the_papers() -> None:
    """E2VPT, Table 4: visual prompts, then with key-value prompts, with pruning, with both."""
    results = {
        (Trial('count', key_value), seed): Outcome(run(50 + seed, 100), run(60.0 + 10 * key_value, 40), (30, 50))
        for key_value in CONFIGS
        for seed in (0, 1)
    }
    lines = tabulate('count', (0, 1), results).splitlines()
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines[2:]]
    assert [row[:3] for row in cells] == [
        ['-', '-', '100'],
        ['yes', '-', '100'],
        ['-', '30 / 50 %, 30 / 50 %', '40'],
        ['yes', '30 / 50 %, 30 / 50 %', '40'],
    ]
    assert [row[4] for row in cells] == ['50.50', '50.50', '60.00', '70.00']
    assert cells[0][-1] == '50.0 51.0'


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('name', CONFIGS.values())
def test_the_configs_take_every_task_and_can_be_pruned(tmp_path, task: str, name: str) -> None:
    config = Config.fromfile(find_config(f'mmvpt::{name}'))
    config.merge_from_dict(_options(task, tmp_path, tmp_path / 'base.pth'))
    assert config.train_dataloader.dataset.data_root == str(tmp_path / task)
    assert config.model.head.num_classes == config.data_preprocessor.num_classes > 1
    set_keep(config.model, [None] * 4)


def test_pipelines_that_fail_say_which_command_did(tmp_path) -> None:
    splits = dict(train=12, val=6)
    with pytest.raises(RuntimeError, match=r'(?s)Pretraining a base ended with exit code 1.*NoBackbone'):
        compare_parts(
            tmp_path / 'work',
            tmp_path / 'data',
            splits=splits,
            overrides={'model.backbone.type': 'NoBackbone'},
        )
