"""Several processes train as one does."""

import socket

import pytest
import torch

from mmvpt.files.read import read_checkpoint
from tests.data_makers import make_coco

from .dense import protuned_detector, protuned_segmentor
from .processes import finish, start, train_alone, train_rank
from .tiny import PROMPTS, seg_config

pytestmark = pytest.mark.long
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


def assert_two_train_like_one(folder, one, two, checkpoint, atol=1e-6):
    """Train a config alone and another in two processes, in ``folder / 'one'`` and ``folder / 'two'``; compare."""
    port = free_port()
    finish(start(train_alone, one), *(start(train_rank, two, rank, 2, port) for rank in range(2)))
    alone, together = (read_checkpoint(folder / name / checkpoint)['state_dict'] for name in ('one', 'two'))
    assert alone.keys() == together.keys()
    for name in alone:
        torch.testing.assert_close(together[name], alone[name], rtol=0, atol=atol)


def test_two_processes_train_the_weights_of_one_with_the_same_global_batch(tmp_path):
    one = without_dropout(tmp_path, 'one', batch_size=4)
    two = without_dropout(tmp_path, 'two', batch_size=2)
    assert_two_train_like_one(tmp_path, one, two, 'iter_5.pth')


def test_two_processes_pro_tune_a_segmentor_as_one_does(tmp_path):
    one, two = (
        protuned_segmentor(
            tmp_path, work_dir=str(tmp_path / name), **{'train_dataloader.batch_size': size, 'train_cfg.max_iters': 4}
        ).to_dict()
        for name, size in (('one', 4), ('two', 2))
    )
    assert 'find_unused_parameters' not in two
    assert_two_train_like_one(tmp_path, one, two, 'iter_4.pth', atol=1e-5)


def test_two_processes_pro_tune_a_detector_as_one_does(tmp_path):
    pytest.importorskip('mmdet')
    make_coco(tmp_path, num_images=4, num_classes=3)
    # FCOS, as its losses count the boxes of all processes and draw no sample of them
    fcos = 'fcos/fcos_r50-caffe_fpn_gn-head_1x_coco.py'
    one, two = (
        protuned_detector(
            tmp_path,
            fcos,
            work_dir=str(tmp_path / name),
            **{'train_dataloader.batch_size': size, 'model.bbox_head.norm_cfg': GROUPS},
        ).to_dict()
        for name, size in (('one', 4), ('two', 2))
    )
    assert 'find_unused_parameters' not in two
    assert_two_train_like_one(tmp_path, one, two, 'epoch_2.pth', atol=1e-5)


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
