"""The text of a config inside of a file is data: nothing in it is run, imported or followed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import CheckpointLoader

from mmvpt.files.config_text import as_literal
from mmvpt.files.config_types import config_of_text
from tests.engine.tiny import cls_config, make_runner, seg_config, train

HEAD = 'model = dict(type="FCNHead", in_channels=4, channels=4, num_classes=2)\n'


def test_the_text_that_mmengine_saves_is_read_as_it_was_meant(tmp_path) -> None:
    init_default_scope('mmpretrain')
    config = cls_config(tmp_path)
    config.update(odd={'a b': -1.5, '3': [(), (1,)]}, nothing=None, words='{{ fileDirname }}\n"\'')
    assert config_of_text(config.pretty_text, 'x').to_dict() == config.to_dict()


@pytest.mark.parametrize(
    ('text', 'wrong'),
    [
        ('a = open("canary", "w")', r'line 1 .* is a program and no data \(Call\)'),
        ('a = 1\nimport os', r'line 2 .*Import'),
        ('a = dict(b=[print])', 'Name'),
        ('a = dict(**b)', 'Call'),
        ('a = {**b}', 'Dict'),
        ('a = [x for x in b]', 'ListComp'),
        ('a.b = 1', 'Assign'),
        ('_base_ = "other.py"', 'Assign'),
        ('from mmengine.config import read_base\nwith read_base():\n    from .x import *', 'ImportFrom'),
        ('a = 1 +', 'no text of a config'),
        ('a = ' + '(' * 999, 'no text of a config'),
        ('a = f"{open}"', 'JoinedStr'),
        ('a = -"x"', 'UnaryOp'),
        ('a = 1j', 'Constant'),
    ],
)
def test_a_program_is_no_data(text, wrong: str) -> None:
    with pytest.raises(ValueError, match=rf'(?s)^FILE: .*{wrong}.* Give the config of the model yourself'):
        as_literal(text, 'FILE')


@pytest.mark.parametrize('name', ['os.mkdir', 'posix', 'evil.run', 'mmseg.os.mkdir', 'mmseg.FCNHeed', 'torch.load'])
def test_a_type_that_is_not_registered_is_neither_imported_nor_built(name: str, tmp_path, monkeypatch) -> None:
    init_default_scope('mmseg')
    (tmp_path / 'evil.py').write_text('raise AssertionError("imported")')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match=rf'FILE: model: .{name}. is no registered class'):
        config_of_text(f'model = dict(type="FCNHead", loss=[dict(type="{name}")])', 'FILE')
    assert 'evil' not in sys.modules


@pytest.mark.parametrize('name', ['FCNHead', 'mmseg.FCNHead', 'mmseg.models.FCNHead', 'torch.optim.SGD', 'Adam'])
def test_registered_types_pass(name: str) -> None:
    init_default_scope('mmseg')
    assert config_of_text(f'model = dict(type="{name}")', 'FILE').model.type == name


def test_scopes_are_not_imported(tmp_path, monkeypatch) -> None:
    (tmp_path / 'evil').mkdir()
    (tmp_path / 'evil' / 'registry.py').write_text('raise AssertionError("imported")')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match='is no registered class'):
        config_of_text('model = dict(type="FCNHead", _scope_="evil")', 'FILE')
    assert 'default_scope' not in config_of_text('default_scope = "evil"', 'FILE')


def test_what_no_tool_builds_may_be_unknown_here_and_is_left_out() -> None:
    init_default_scope('mmseg')
    text = f'{HEAD}custom_imports = dict(imports=["evil"])\ncustom_hooks = [dict(type="TheirHook")]\n'
    assert set(config_of_text(text, 'FILE')) == {'model'}


def test_addresses_are_not_asked_but_what_was_downloaded_is_used(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(torch.hub, '_hub_dir', str(tmp_path))
    init_default_scope('mmseg')
    text = 'model = dict(type="FCNHead", init_cfg=dict(type="Pretrained", checkpoint="https://host/a/base.pth"))'
    with pytest.raises(ValueError, match=r'https://host/a/base.pth is an address, .* Download it to .*base\.pth'):
        config_of_text(text, 'FILE')
    (tmp_path / 'checkpoints').mkdir()
    (tmp_path / 'checkpoints' / 'base.pth').touch()
    assert config_of_text(text, 'FILE').model.init_cfg.checkpoint == str(tmp_path / 'checkpoints' / 'base.pth')


def hostile_text(folder: Path) -> str:
    return f'{HEAD}open({str(folder / "canary")!r}, "w").close()\n'


@pytest.mark.parametrize('field', ['cfg', 'config'])
def test_a_config_out_of_a_file_is_not_run(tmp_path, field: str) -> None:
    torch.save({'meta': {field: hostile_text(tmp_path)}, 'state_dict': {'a': torch.ones(1)}}, tmp_path / 'x.pth')
    checkpoint = CheckpointLoader.load_checkpoint(str(tmp_path / 'x.pth'))
    with pytest.raises(ValueError, match=rf'x\.pth: meta\.{field}: line 2 of this config is a program'):
        Config.fromstring(checkpoint['meta'][field], '.py')
    assert not (tmp_path / 'canary').exists()


def test_a_config_of_a_user_is_a_program_as_before() -> None:
    assert Config.fromstring('a = 1 + 1', '.py').a == 2


def test_resuming_runs_no_config(tmp_path) -> None:
    train(cls_config(tmp_path))
    file = tmp_path / 'work' / 'epoch_1.pth'
    checkpoint = torch.load(file, weights_only=False)
    checkpoint['meta']['config'] = hostile_text(tmp_path)
    torch.save(checkpoint, file)
    runner = make_runner(cls_config(tmp_path, resume=True, load_from=str(file)))
    with pytest.raises(ValueError, match=r'epoch_1\.pth: meta\.config: line 2'):
        runner.train()
    assert not (tmp_path / 'canary').exists()


def test_inferencers_run_no_config_and_still_read_a_good_one(tmp_path) -> None:
    from mmseg.apis import MMSegInferencer

    config = seg_config(tmp_path, visualizer=dict(type='SegLocalVisualizer', name='maps'))
    train(config)
    file = tmp_path / 'work' / 'iter_4.pth'
    assert MMSegInferencer(None, str(file), device='cpu').model.backbone.tuner.num_tokens == 2
    checkpoint = torch.load(file, weights_only=False)
    checkpoint['message_hub']['runtime_info']['cfg'] = hostile_text(tmp_path)
    torch.save(checkpoint, file)
    with pytest.raises(ValueError, match=r'iter_4\.pth: message_hub\.runtime_info\.cfg: line 2'):
        MMSegInferencer(None, str(file), device='cpu')
    assert not (tmp_path / 'canary').exists()
