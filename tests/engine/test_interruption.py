"""Whatever moment a run is killed at, nothing is lost."""

import os
import random
from pathlib import Path

import pytest
import torch

from mmvpt.delta.files import read_delta
from mmvpt.engine.resume.find import find_latest_checkpoint
from mmvpt.files.read import read_checkpoint

from .processes import TRAINING, WRITING, Victim, finish, start, train_alone
from .tiny import seg_config

KILLS = int(os.environ.get('MMVPT_TEST_KILLS', 20))


def saving_often(folder, work_dir, **changes):
    """Keep a single resume file and the best one; data and base are in ``folder``."""
    changes |= {
        'default_hooks.checkpoint.interval': 2,
        'default_hooks.checkpoint.max_keep_ckpts': 1,
        'default_hooks.checkpoint.save_best': 'mIoU',
        'train_cfg.max_iters': 40,
        'train_cfg.val_interval': 5,
    }
    return seg_config(folder, work_dir=str(work_dir), **changes).to_dict()


def resuming(work_dir):
    latest = find_latest_checkpoint(str(work_dir))
    return dict(resume=True, load_from=latest) if latest else {}


def assert_nothing_is_broken(work_dir):
    for path in work_dir.glob('*.pth'):
        best = read_checkpoint(path)['message_hub']['runtime_info'].get('best_ckpt')
        assert best is None or path.name.startswith('best') or Path(best).exists()
        read_delta(path.with_suffix('.safetensors'))


@pytest.mark.long
def test_killed_at_any_moment_a_run_resumes_to_the_same_last_bit(tmp_path):
    moment = random.Random(0)
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    finish(start(train_alone, saving_often(tmp_path, whole)))

    phases = []
    for number in range(KILLS):
        before = resuming(killed)
        victim = Victim(saving_often(tmp_path, killed, **before))
        phases.append(victim.kill(TRAINING if number % 2 else WRITING, moment))
        assert_nothing_is_broken(killed)
        assert resuming(killed) or not before
    assert phases.count(WRITING) >= KILLS // 4

    finish(start(train_alone, saving_often(tmp_path, killed, **resuming(killed))))
    expected, got = (read_checkpoint(folder / 'iter_40.pth')['state_dict'] for folder in (whole, killed))
    assert expected.keys() == got.keys()
    assert not [name for name in expected if not torch.equal(expected[name], got[name])]
    assert len(list(killed.glob('iter_*.pth'))) == len(list(killed.glob('best_*.pth'))) == 1
