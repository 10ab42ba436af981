"""Trainings and tests begin with a check of their config, and leave out what they do not read."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from mmengine.registry import DATASETS
from mmpretrain.datasets import CustomDataset

from mmvpt.engine import launch

from .tiny import cls_config, train

RATE = 'optim_wrapper.optimizer.lr'
MODEL = 'model.backbone.tuner.num_tokens'


class Begun(Exception):
    """Raised in place of a run."""


@DATASETS.register_module()
class OddDataset(CustomDataset):
    """Stops while it is built."""

    def load_data_list(self) -> list:
        """Find nothing."""
        raise TypeError('an odd number')


@pytest.fixture
def begun(monkeypatch) -> None:
    """Runs end where they would begin."""

    def begin(*_: object) -> None:
        raise Begun

    monkeypatch.setattr(launch, 'build_runner', begin)


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('run')
    train(cls_config(folder, **{'train_cfg.max_epochs': 1}))
    return folder


def write(folder: Path, **changes: object) -> str:
    path = folder / f'{uuid4().hex}.json'
    cls_config(folder, **changes).dump(path)
    return str(path)


@pytest.mark.usefixtures('begun')
def test_a_wrong_config_is_refused_before_anything_is_built(folder):
    with pytest.raises(ValueError, match=r'2 problems in .*\n  optim_wrapper.optimizer.lr: -1 .*\n  model.*num_tokens'):
        launch.train(write(folder, **{RATE: -1, MODEL: 0}))
    with pytest.raises(ValueError, match="the config has no 'optim_wraper', so nothing reads this"):
        launch.train(write(folder), cfg_options={'optim_wraper.optimizer.lr': 0.1})
    with pytest.raises(Begun):
        launch.train(write(folder))


@pytest.mark.usefixtures('begun')
def test_a_test_minds_its_own_keys_alone(folder):
    base = str(folder / 'base.pth')
    with pytest.raises(Begun):
        launch.test(write(folder, **{RATE: -1, 'train_cfg.val_interval': 0, 'load_from': 'nowhere.pth'}), base)
    with pytest.raises(ValueError, match='num_tokens'):
        launch.test(write(folder, **{MODEL: 0}), base)


@pytest.mark.usefixtures('begun')
def test_a_training_that_does_not_validate_or_resumes_leaves_out_what_it_does_not_read(folder):
    without = write(folder, **{'val_evaluator.topk': (1, 5)})
    with pytest.raises(ValueError, match='5 guesses among 3 classes'):
        launch.train(without)
    gone = write(folder, load_from='nowhere.pth')
    with pytest.raises(ValueError, match="there is no file 'nowhere.pth'"):
        launch.train(gone)
    for path, options in ((without, dict(validate=False)), (gone, dict(resume='auto'))):
        with pytest.raises(Begun):
            launch.train(path, **options)


@pytest.mark.usefixtures('begun')
def test_another_config_resumes_only_where_changes_are_allowed(folder):
    other = write(folder, **{RATE: 0.5})
    with pytest.raises(ValueError, match=r'(?s)optimizer.lr: 0.05 before, 0.5 now.*add --allow-changes'):
        launch.train(other, resume='auto')
    with pytest.raises(Begun):
        launch.train(other, resume='auto', allow_changes=True)


@pytest.mark.usefixtures('begun')
def test_every_process_stops_and_the_first_one_lists_why(folder, monkeypatch):
    monkeypatch.setenv('RANK', '3')
    with pytest.raises(ValueError, match=r'A problem in .*\. Process 0 lists .*; process 3 stops\.'):
        launch.train(write(folder, **{MODEL: 0}))


def test_an_error_of_a_host_gets_a_line_with_the_key_it_comes_from(folder):
    path = write(folder, **{'train_dataloader.dataset.type': 'OddDataset'})
    with pytest.raises(TypeError, match='an odd number') as stopped:
        launch.train(path, cfg_options=dict(experiment_name='odd'))
    assert stopped.value.__notes__[0].startswith('This comes from train_dataloader.dataset of the config: OddDataset(')
