"""Several processes train as one does."""

import socket

import torch

from mmvpt.checkpoint import read_checkpoint

from .processes import finish, start, train_alone, train_rank
from .tiny import PROMPTS, seg_config

GROUPS = dict(type='GN', num_groups=4)  # batch norm would see other batches


def without_dropout(folder, work_dir, batch_size):
    config = seg_config(
        folder,
        tuner=[dict(PROMPTS, dropout=0.0), dict(type='mmvpt.BiasTuning')],
        work_dir=str(folder / work_dir),
        **{'train_cfg.max_iters': 5, 'train_dataloader.batch_size': batch_size, 'train_dataloader.num_workers': 1},
    )
    for head in (config.model.decode_head, config.model.auxiliary_head[0]):
        head.update(dropout_ratio=0.0, norm_cfg=GROUPS)
    return config.to_dict()


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def test_two_processes_train_the_weights_of_one_with_the_same_global_batch(tmp_path):
    one = without_dropout(tmp_path, 'one', batch_size=4)
    two = without_dropout(tmp_path, 'two', batch_size=2)
    port = free_port()
    finish(start(train_alone, one), *(start(train_rank, two, rank, 2, port) for rank in range(2)))
    alone, together = (read_checkpoint(tmp_path / name / 'iter_5.pth')['state_dict'] for name in ('one', 'two'))
    assert alone.keys() == together.keys()
    for name in alone:
        torch.testing.assert_close(together[name], alone[name], rtol=0, atol=1e-6)


def test_several_processes_resume_to_the_same_last_bit(tmp_path):
    changes = {'train_cfg.max_iters': 4, 'train_dataloader.batch_size': 1, 'model.decode_head.norm_cfg': GROUPS}
    changes['model.auxiliary_head'] = None
    whole = seg_config(tmp_path, **changes, work_dir=str(tmp_path / 'whole'))
    middle = str(tmp_path / 'whole' / 'iter_2.pth')
    resumed = seg_config(tmp_path, **changes, work_dir=str(tmp_path / 'resumed'), resume=True, load_from=middle)
    for config in (whole, resumed):
        port = free_port()
        finish(*(start(train_rank, config.to_dict(), rank, 2, port) for rank in range(2)))
    expected, got = (read_checkpoint(tmp_path / name / 'iter_4.pth')['state_dict'] for name in ('whole', 'resumed'))
    assert expected.keys() == got.keys()
    assert not [name for name in expected if not torch.equal(expected[name], got[name])]
