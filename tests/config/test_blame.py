"""An error of a host says which part of the config it comes from."""

import pytest
from mmengine.config import Config
from mmengine.registry import DATASETS, DefaultScope

from mmvpt.config.blame import blame, parts_named

CONFIG = dict(
    val_dataloader=dict(dataset=dict(type='CustomDataset', data_root='here', pipeline=[])),
    train_dataloader=dict(
        dataset=dict(
            type='RepeatDataset', times=2, dataset=dict(type='CustomDataset', data_root='nowhere', pipeline=[])
        )
    ),
)


def build(config):
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        DATASETS.build(config.train_dataloader.dataset)


def test_an_error_of_a_host_gets_a_line_with_the_path_and_the_options():
    config = Config(CONFIG)
    with pytest.raises(FileNotFoundError) as stopped, parts_named(config):
        build(config)
    (note,) = stopped.value.__notes__
    assert note.startswith('This comes from train_dataloader.dataset.dataset of the config: CustomDataset(')
    assert "data_root='nowhere'" in note


def test_an_error_that_no_builder_raised_stays_as_it_is():
    error = ValueError('other')
    with pytest.raises(ValueError) as stopped, parts_named(Config(CONFIG)):
        raise error
    assert stopped.value is error and not hasattr(error, '__notes__')
    assert blame(Config(CONFIG), error) == ('', '')
