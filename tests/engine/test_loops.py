import shutil

import pytest

from mmvpt.engine import launch
from mmvpt.engine.loops import build_loops

from .tiny import make_runner, seg_config


def test_training_and_testing_say_all_that_is_missing(tmp_path):
    config = seg_config(tmp_path)
    shutil.rmtree(tmp_path / 'ade')
    path = tmp_path / 'config.json'
    config.dump(path)
    missing = r'The data cannot be read \(FileNotFoundError: .*\)(.|\n)*There is no .*/ade; needed of it: 4'
    with pytest.raises(ValueError, match=missing):
        launch.train(str(path))
    with pytest.raises(ValueError, match=missing):
        launch.test(str(path), str(tmp_path / 'base.pth'))


def test_an_error_that_the_data_do_not_explain_stays_as_it_is(tmp_path):
    config = seg_config(tmp_path)
    config.train_dataloader.dataset.pipeline.append(dict(type='Nowhere'))
    with pytest.raises(KeyError, match='Nowhere'):
        build_loops(make_runner(config), 'train')
