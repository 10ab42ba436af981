"""Tools of the hosts run on a config that inherits one of ours, which they cannot read by themselves."""

import json
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmvpt.cli import host, main
from mmvpt.engine import launch
from mmvpt.registry import MODELS
from tests.data_makers import make_ade
from tests.engine.processes import finish, run_rank, start
from tests.engine.test_distributed import free_port

MINE = """
_base_ = 'mmvpt::setr_vpt_mini_vtab.py'
model = dict(backbone=dict(init_cfg=dict(checkpoint='base.pth')))
train_dataloader = dict(batch_size=4, dataset=dict(data_root='ade'))
val_dataloader = dict(dataset=dict(data_root='ade'))
test_dataloader = dict(dataset=dict(data_root='ade'))
train_cfg = dict(max_iters=1)
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A user's config in the current folder, with its data and its base."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'argv', ['mmvpt'])
    monkeypatch.setattr(sys, 'path', [*sys.path])
    make_ade(tmp_path / 'ade', num_images=4, size=64, num_classes=7)
    Path('mine.py').write_text(MINE)
    config = Config.fromfile('mine.py')
    state = MODELS.build(config.model.backbone.backbone).state_dict()
    torch.save(dict(state_dict=state), 'base.pth')
    return 'mine.py'


def test_print_config_prints_what_was_inherited(mine, capsys):
    main(['host', 'mmseg', 'misc/print_config.py', mine])
    printed = capsys.readouterr().out
    assert "type='mmvpt.TunedBackbone'" in printed
    assert "data_root='ade'" in printed


def test_browse_dataset_draws_the_data(mine):
    main(['host', 'mmseg', 'analysis_tools/browse_dataset.py', mine, '--output-dir', 'drawn', '--not-show'])
    assert len(list(Path('drawn').glob('*.jpg'))) == 4


def test_get_flops_counts_the_tuned_model(mine, capsys):
    main(['host', 'mmseg', 'analysis_tools/get_flops.py', mine, '--shape', '64', '64'])
    assert 'Flops' in capsys.readouterr().out


@pytest.mark.long
def test_two_processes_test_a_delta_as_our_tool_does(mine, tmp_path):
    runner = launch.train(mine, validate=False, cfg_options=dict(experiment_name='train'))
    delta = Path(runner.work_dir, 'last_checkpoint').read_text().replace('.pth', '.safetensors')
    ours = launch.test(mine, delta, cfg_options=dict(experiment_name='test'))
    command = ['host', 'mmseg', 'test.py', mine, delta, '--launcher', 'pytorch', '--work-dir', 'theirs']
    port = free_port()
    finish(*(start(run_rank, command, str(tmp_path), rank, 2, port) for rank in range(2)))
    (theirs,) = Path('theirs').glob('*/*.json')
    assert {name: json.loads(theirs.read_text())[name] for name in ours} == ours


def test_a_tool_is_found_by_its_name_alone_where_that_is_clear(tmp_path):
    for name in ('misc/print_config.py', 'misc/browse.py', 'other/browse.py', 'test.py'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert host.find_tool(tmp_path, 'print_config') == tmp_path / 'misc' / 'print_config.py'
    assert host.find_tool(tmp_path, 'misc/browse.py') == tmp_path / 'misc' / 'browse.py'
    with pytest.raises(FileNotFoundError, match="Several tools are called 'browse'. Try: misc/browse.py, other"):
        host.find_tool(tmp_path, 'browse')
    with pytest.raises(FileNotFoundError, match=r"No tool is called 'print_confg'. Try: misc/print_config.py"):
        host.find_tool(tmp_path, 'print_confg')


def test_without_a_tool_all_are_listed(capsys):
    main(['host', 'mmpretrain'])
    assert 'analysis_tools/get_flops.py' in capsys.readouterr().out.splitlines()


def test_a_host_that_is_not_installed_is_named_with_the_command_that_installs_it(monkeypatch, capsys):
    monkeypatch.setattr(host, 'find_spec', lambda name: None)
    with pytest.raises(SystemExit):
        main(['host', 'mmdet', 'test.py'])
    assert 'install onedl-mmdetection==3.5.1' in capsys.readouterr().err
