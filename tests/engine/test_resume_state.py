"""A run goes on from a state that a run left, removes no file but its own, and saves nothing that is not finite."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook

from tests.engine.tiny import cls_config, make_runner, train


@pytest.fixture(scope='module')
def finished(tmp_path_factory) -> Path:
    """The folder of a run of two epochs that kept its best checkpoint."""
    folder = tmp_path_factory.mktemp('finished')
    config = cls_config(folder)
    config.default_hooks.checkpoint.update(save_best='auto')
    config.train_cfg.val_interval = 1
    train(config)
    return folder


def resume(folder: Path, tmp_path: Path, change: Callable[[dict], object], **changes) -> None:
    """Go on in a copy of the work folder, for an epoch more, from a changed file."""
    work = tmp_path / 'work'
    shutil.copytree(folder / 'work', work)
    config = cls_config(folder, work_dir=str(work), resume=True, load_from=str(work / 'epoch_2.pth'))
    config.train_cfg.update(max_epochs=3, val_interval=1)
    config.default_hooks.checkpoint.update(save_best='auto', **changes)
    checkpoint = torch.load(work / 'epoch_2.pth', weights_only=False)
    change(checkpoint)
    torch.save(checkpoint, work / 'epoch_2.pth')
    make_runner(config).train()


def setting(*path: object, to: object) -> Callable[[dict], object]:
    def change(checkpoint: dict) -> None:
        *above, last = path
        for name in above:
            checkpoint = checkpoint[name]
        checkpoint[last] = to

    return change


def momentum(make: Callable[[torch.Tensor], object]) -> Callable[[dict], object]:
    return lambda it: it['optimizer']['state'][0].update(
        momentum_buffer=make(it['optimizer']['state'][0]['momentum_buffer'])
    )


WRONG = [
    (setting('meta', 'epoch', to=-1), r'meta\.epoch is -1 and no count'),
    (setting('meta', 'iter', to=10**30), r'meta\.iter is 10+ and no count'),
    (setting('meta', 'seed', to='x'), r"meta\.seed is 'x' and no seed"),
    (setting('meta', 'mmvpt_outdated', to=[3]), r'meta\.mmvpt_outdated is \[3\] and no list of paths'),
    (setting('message_hub', 'log_scalars', to={'loss': 3}), 'no dict of histories'),
    (setting('message_hub', to={}), r'it has no message_hub\.log_scalars'),
    (setting('message_hub', 'runtime_info', 'best_score', to=float('nan')), r'best_score is nan, which no run writes'),
    (setting('rng', to={}), 'rng is of .*None'),
    (setting('guard', to={'frozen': 3}), 'guard is'),
    (setting('optimizer', 'param_groups', 0, 'lr', to=float('nan')), r'param_groups\.0\.lr is nan, and this run has'),
    (setting('optimizer', 'param_groups', 0, 'lr', to=-1.0), r'param_groups\.0\.lr is -1\.0'),
    (setting('optimizer', 'param_groups', 0, 'params', to=[0]), 'has other parameters than this run'),
    (setting('optimizer', 'state', 99, to={}), r'optimizer\.state\.99 is of no parameter'),
    (lambda it: it['optimizer']['param_groups'].append({}), r'has \d groups of parameters, and this run has'),
    (momentum(lambda t: t * float('inf')), r'state\.0\.momentum_buffer holds NaN or infinity'),
    (momentum(lambda t: torch.zeros(7, 7)), r'has the shape \(7, 7\), and its parameter has'),
    (momentum(lambda t: t.bool()), r'holds torch\.bool'),
    (momentum(lambda t: 'x'), 'is no tensor'),
    (setting('param_schedulers', to=[]), 'param_schedulers are 0, and this run has 1'),
    (setting('param_schedulers', 0, to={}), 'is not the state of a CosineAnnealingLR'),
    (setting('param_schedulers', 0, 'step', to='x'), 'is not the state of a CosineAnnealingLR'),
    (setting('param_schedulers', 0, 'last_step', to=float('nan')), r'param_schedulers\.0\.last_step is nan'),
    (setting('param_schedulers', 0, 'T_max', to=0), r'param_schedulers\.0\.T_max is 0'),
    (setting('param_schedulers', 0, 'param_name', to='momentum'), r'param_schedulers\.0\.param_name is momentum'),
    (setting('param_schedulers', 0, 'base_values', to=[]), r'param_schedulers\.0\.base_values is \[\]'),
]


@pytest.mark.parametrize(('change', 'message'), WRONG, ids=[message for _, message in WRONG])
def test_a_state_that_no_run_left_is_refused_by_name(finished, tmp_path, change, message: str) -> None:
    with pytest.raises(ValueError, match=rf'epoch_2\.pth: .*{message}.* Resume from another checkpoint of the run'):
        resume(finished, tmp_path, change)


def precious(folder: Path) -> dict[str, Path]:
    """Files that are not the run's: outside, next to its checkpoints, and of another run."""
    files = {
        'outside': folder / 'kept' / 'thesis.pth',
        'named like ours, outside': folder / 'kept' / 'best_accuracy_top1_epoch_1.pth',
        'inside': folder / 'work' / 'thesis.pth',
        'of another run, inside': folder / 'work' / 'epoch_7.pth',
    }
    for path in files.values():
        path.parent.mkdir(exist_ok=True)
        path.write_text('years of work')
    return files


@pytest.mark.parametrize('name', ['outside', 'named like ours, outside', 'inside', 'of another run, inside'])
@pytest.mark.parametrize('backend', [None, dict(backend='local')])
def test_nothing_is_removed_that_the_run_did_not_write(finished, tmp_path, name: str, backend) -> None:
    def change(checkpoint: dict) -> None:
        target = precious(tmp_path)[name]
        info = checkpoint['message_hub']['runtime_info']
        info.update(best_ckpt=str(target), best_score=-1.0, keep_ckpt_ids=[7, 1, 2, '../kept/thesis'])
        checkpoint['meta']['mmvpt_outdated'] = [str(target)]

    resume(finished, tmp_path, change, max_keep_ckpts=1, backend_args=backend)
    assert all(path.read_text() == 'years of work' for path in precious_files(tmp_path))
    assert not (tmp_path / 'work' / 'epoch_1.pth').exists()


def precious_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob('*.pth') if path.stat().st_size == len('years of work')]


def test_a_run_in_a_moved_folder_replaces_its_own_best_checkpoint(finished, tmp_path) -> None:
    (best,) = (finished / 'work').glob('best_*.pth')

    def worse(checkpoint: dict) -> None:
        assert checkpoint['message_hub']['runtime_info']['best_ckpt'] == str(best)
        checkpoint['message_hub']['runtime_info']['best_score'] = -1.0

    resume(finished, tmp_path, worse)
    assert best.is_file()
    assert [path.name for path in (tmp_path / 'work').glob('best_*.pth')] == [
        f'{best.stem.rpartition("_epoch")[0]}_epoch_3.pth'
    ]


class Spoil(Hook):
    """Make something infinite or NaN after an iteration."""

    priority = 'VERY_HIGH'

    def __init__(self, where: Callable) -> None:
        self.where = where

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        if runner.iter == 4:
            self.where(runner)


def of_weights(runner) -> None:
    runner.model.head.fc.bias.data[0] = float('nan')


def of_optimizer(runner) -> None:
    next(iter(runner.optim_wrapper.optimizer.state.values()))['momentum_buffer'].fill_(float('inf'))


@pytest.mark.parametrize('where', [of_weights, of_optimizer])
def test_what_is_not_finite_is_not_saved_and_the_last_good_checkpoint_stays(tmp_path, where) -> None:
    config = cls_config(tmp_path)
    config.default_hooks.checkpoint.max_keep_ckpts = 1
    del config.default_hooks.finite_loss  # which would stop the run first
    runner = make_runner(config)
    runner.register_hook(Spoil(where))
    with pytest.raises(RuntimeError, match=r'Nothing is saved at iteration 6: .* holds NaN'):
        runner.train()
    saved = torch.load(tmp_path / 'work' / 'epoch_1.pth', weights_only=False)
    assert saved['meta']['epoch'] == 1
    assert not (tmp_path / 'work' / 'epoch_2.pth').exists()
    assert (tmp_path / 'work' / 'epoch_1.safetensors').exists()


def test_a_sound_state_is_resumed_with_its_mark(finished, tmp_path) -> None:
    before = torch.load(finished / 'work' / 'epoch_2.pth', weights_only=False)['meta']
    resume(finished, tmp_path, lambda checkpoint: None)
    after = torch.load(tmp_path / 'work' / 'epoch_3.pth', weights_only=False)['meta']
    assert after['mmvpt_run'] == before['mmvpt_run']
    assert after['epoch'] == 3
