"""A resume file holds the config of its run, and another config is told from it."""

import pytest
import torch

from mmvpt.engine.resume.compare import check_resumed

from .tiny import cls_config, train


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('run')
    train(cls_config(folder, **{'train_cfg.max_epochs': 1}))
    return folder


def test_the_same_config_goes_on_and_says_what_is_only_longer(folder, capsys):
    check_resumed(cls_config(folder), str(folder / 'work' / 'epoch_1.pth'))
    assert capsys.readouterr().err == 'Resuming with train_cfg.max_epochs: 1 before, 2 now.\n'


@pytest.mark.parametrize('path', ['optim_wrapper.optimizer.lr', 'model.backbone.tuner.dropout', 'randomness.seed'])
def test_another_rate_dropout_or_seed_is_refused_unless_told(folder, path, capsys):
    config, checkpoint = cls_config(folder, **{path: 7}), str(folder / 'work' / 'epoch_1.pth')
    with pytest.raises(ValueError, match=rf'{path}: .* before, 7 now'):
        check_resumed(config, checkpoint)
    check_resumed(config, checkpoint, allow_changes=True)
    assert f'Resuming with {path}:' in capsys.readouterr().err


def test_a_checkpoint_without_a_config_that_can_be_read_is_not_compared(folder, tmp_path, capsys):
    torch.save(dict(state_dict={}, meta=dict(cfg='Config (path: x)')), tmp_path / 'other.pth')
    check_resumed(cls_config(folder), str(tmp_path / 'other.pth'))
    assert 'cannot be read' in capsys.readouterr().err
