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


@pytest.mark.parametrize('workers', [0, 1])
def test_a_split_without_pictures_ends_a_training_before_it_waits_for_some(tmp_path, workers):
    config = seg_config(tmp_path)
    config.train_dataloader.num_workers = workers
    for path in (tmp_path / 'ade').rglob('training/*.*'):
        path.unlink()
    with pytest.raises(ValueError, match=r'BaseSegDataset|ADE20KDataset has nothing to load: .*images/training'):
        build_loops(make_runner(config), 'train', 'val')


def test_a_split_without_pictures_ends_a_training_by_the_tools_of_the_hosts(tmp_path):
    config = seg_config(tmp_path)
    for path in (tmp_path / 'ade').rglob('validation/*.*'):
        path.unlink()
    with pytest.raises(ValueError, match='ADE20KDataset has nothing to load: .*images/validation'):
        make_runner(config).train()


def test_the_size_of_a_batch_is_where_mmengine_looks_for_it(tmp_path):
    runner = make_runner(seg_config(tmp_path))
    build_loops(runner, 'train', 'val')
    assert runner._train_dataloader['batch_size'] == 2
    assert runner.train_dataloader.batch_size == 2
