"""What is particular to a host is in its row, so a new host is a row and a file."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from mmengine.config import Config, ConfigDict
from torch import nn

from mmvpt import anatomy
from mmvpt.cli import host as host_verb
from mmvpt.config import packages
from mmvpt.config.hold_out import hold_out
from mmvpt.config.hosts import HOSTS, Host, host_of
from mmvpt.config.index import read_showcase
from mmvpt.config.open import open_config
from mmvpt.converters.hosts import move
from mmvpt.datasets.verify import parts_of_config
from mmvpt.engine import launch
from mmvpt.engine.evaluate import set_output, set_tta, show_predictions
from mmvpt.engine.hooks import data_check

ROW = Host(
    name='mmfuture',
    distribution='onedl-mmfuture',
    task='prophecy',
    visualizer='mmfuture.Crystal',
    drawing_hook=dict(type='mmfuture.CrystalHook'),
    folder_key='crystal_dir',
    tta_model=dict(type='mmfuture.Mean'),
    tta_meta_keys=('omen',),
    dump_metric='mmfuture.Dump',
    reads_annotations=True,
    loader_defaults=dict(collate_fn=dict(type='omens')),
    heads=('prophet',),
    datasets=dict(OmenDataset='image-folder'),
    shared_backbones=('ResNet',),
)
FILE = """
from mmfuture import Ball
from mmvpt.anatomy import Anatomy, describe

@describe.register
def _(ball: Ball) -> Anatomy:
    return Anatomy(ball, outputs=[7])
"""
CONFIG = """
default_scope = 'mmfuture'
model = dict(type='Prophet', backbone=dict(type='Ball', depth=1), prophet=dict(num_classes=2))
optim_wrapper = dict(optimizer=dict(type='SGD'))
_pipeline = [dict(type='Load'), dict(type='Pack')]
_data = dict(type='OmenDataset', data_root='omens', data_prefix='train', pipeline=_pipeline)
train_dataloader = dict(batch_size=1, dataset=_data)
test_dataloader = dict(dataset=_data)
test_evaluator = dict(type='Truth')
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config of an invented host, which is a row and a file."""
    monkeypatch.setitem(HOSTS, ROW.name, ROW)
    monkeypatch.setattr(packages, 'find_spec', lambda name: True)
    (tmp_path / 'hosts').mkdir()
    (tmp_path / 'hosts' / 'mmfuture.py').write_text(FILE)
    monkeypatch.setattr(anatomy.hosts, '__path__', [*anatomy.hosts.__path__, str(tmp_path / 'hosts')])
    file = tmp_path / 'oracle_future.py'
    file.write_text(CONFIG)
    return file


def test_a_config_of_a_new_host_is_opened_listed_and_verified(path: Path) -> None:
    config = open_config(path)
    launch.complete(config, None)
    assert config.train_dataloader.collate_fn == dict(type='omens')
    assert read_showcase(path).task == 'prophecy'
    assert 'omens/train' in str(parts_of_config(str(path)))
    with pytest.raises(ValueError, match='reads its own annotation file'):
        hold_out(open_config(path), 0.1)


def test_predictions_of_a_new_host_are_drawn_written_and_averaged(path: Path) -> None:
    config = open_config(path)
    show_predictions(config, False, 'drawn', 0)
    assert config.default_hooks.visualization == dict(
        type='mmfuture.CrystalHook', crystal_dir=str(Path('drawn').absolute())
    )
    assert config.visualizer.type == 'mmfuture.Crystal'
    set_output(config, 'out.pkl')
    assert config.test_evaluator[-1] == dict(type='mmfuture.Dump', out_file_path='out.pkl')
    set_tta(config)
    assert config.model.type == 'mmfuture.Mean'
    assert config.test_dataloader.dataset.pipeline[-1]['transforms'][-1] == [dict(type='Pack', meta_keys=['omen'])]


def test_a_new_host_that_is_missing_is_named_with_the_command_that_installs_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, 'find_spec', lambda name: None)
    with pytest.raises(ModuleNotFoundError, match='needs mmfuture, which is not installed. Run: .* onedl-mmfuture$'):
        open_config(path)
    with pytest.raises(ModuleNotFoundError, match='Run: .* install onedl-mmfuture$'):
        host_verb.tools_of('mmfuture')


def test_heads_and_weights_of_a_new_host_are_its_own(path: Path) -> None:
    model = nn.Module()
    model.prophet = nn.Linear(1, 1)
    model.prophet.num_classes = 2
    dataset = ModuleType('omens')
    dataset.metainfo = dict(classes=('a', 'b', 'c'))
    with pytest.raises(ValueError, match='prophet has num_classes=2, the data set 3 classes'):
        data_check._check_heads(model, dataset)
    assert move(dict(type='mmpretrain.ResNet'), {}, 'mmfuture')[0] == dict(type='mmfuture.ResNet')


def test_the_file_of_a_new_host_is_found_when_one_of_its_classes_turns_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType('mmfuture')
    module.Ball = type('Ball', (nn.Module,), {'__module__': 'mmfuture'})
    monkeypatch.setitem(sys.modules, 'mmfuture', module)
    assert anatomy.describe(module.Ball()).outputs == [7]


def test_a_config_without_a_host_is_told_which_there_are() -> None:
    with pytest.raises(ValueError, match="default_scope is 'mmengine'; hosts are mmpretrain, mmseg, mmdet. Set it"):
        host_of(Config(ConfigDict(default_scope='mmengine')))
