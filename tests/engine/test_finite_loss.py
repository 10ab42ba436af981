"""A loss that is no number stops the run, and nothing is saved of it."""

import math

import pytest
import torch

from .tiny import cls_config, make_runner


def hooked(folder, **changes):
    return make_runner(
        cls_config(folder, **{'default_hooks.finite_loss': dict(type='mmvpt.FiniteLossHook'), **changes})
    )


def break_weights(runner, after):
    """Make a weight nan at the end of an iteration."""
    step = runner.model.train_step

    def train_step(*args, **kwargs):
        losses = step(*args, **kwargs)
        if runner.iter + 1 == after:
            with torch.no_grad():
                runner.model.head.fc.bias.fill_(math.nan)
        return losses

    runner.model.train_step = train_step


def test_a_loss_that_is_nan_stops_the_run_with_its_iteration_and_rate(tmp_path):
    runner = hooked(tmp_path, **{'optim_wrapper.optimizer.lr': 0.125, 'param_scheduler': []})
    break_weights(runner, after=4)
    with pytest.raises(
        FloatingPointError, match=r'At iteration 5, at a learning rate of 0\.125, loss is nan\. .*epoch_1'
    ):
        runner.train()
    assert [path.name for path in sorted((tmp_path / 'work').glob('*.pth'))] == ['epoch_1.pth']


def test_without_the_hook_such_a_run_goes_on_and_saves_nothing_of_it(tmp_path):
    config = cls_config(tmp_path)
    config.default_hooks.pop('finite_loss', None)
    runner = make_runner(config)
    break_weights(runner, after=4)
    with pytest.raises(RuntimeError, match='Nothing is saved at iteration 6'):
        runner.train()
    assert [path.name for path in sorted((tmp_path / 'work').glob('*.pth'))] == ['epoch_1.pth']


def test_weights_that_the_last_step_made_nan_are_not_saved(tmp_path):
    runner = hooked(tmp_path)
    break_weights(runner, after=3)
    with pytest.raises(FloatingPointError, match=r'weights are not finite: head\.fc\.bias\. '):
        runner.train()
    assert not list((tmp_path / 'work').glob('*.pth'))


@pytest.mark.parametrize('hook', [dict(type='RuntimeInfoHook'), dict(type='mmvpt.DeltaCheckpointHook')])
def test_the_last_good_checkpoint_stays_where_one_alone_is_kept(tmp_path, hook):
    runner = hooked(tmp_path, **{'default_hooks.checkpoint.max_keep_ckpts': 1, 'default_hooks.delta': hook})
    break_weights(runner, after=6)
    with pytest.raises(FloatingPointError, match=r'At iteration 6, .*weights .*The last checkpoint is .*epoch_1'):
        runner.train()
    assert [path.name for path in (tmp_path / 'work').glob('*.pth')] == ['epoch_1.pth']


def test_a_sound_run_saves_as_ever(tmp_path):
    hooked(tmp_path).train()
    assert (tmp_path / 'work' / 'epoch_2.pth').exists()
