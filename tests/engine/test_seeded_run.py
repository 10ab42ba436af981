"""A run gives the same weights whenever it is interrupted, with any number of workers and processes."""

import pickle
from pathlib import Path

import pytest
import torch

from mmvpt.datasets.fetch import Draw, DrawStream

from .tiny import cls_config, make_runner, seg_config, train


def weights(runner):
    return {name: value.clone() for name, value in runner.model.state_dict().items()}


def assert_same(first, second):
    assert first.keys() == second.keys()
    different = [name for name in first if not torch.equal(first[name], second[name])]
    assert not different


def test_a_draw_is_an_index_that_keeps_its_place_on_the_way_to_a_worker():
    draw = pickle.loads(pickle.dumps(Draw.at(2, 7, 5)))
    assert (draw, draw.epoch, draw.position) == (5, 2, 7)


def test_a_stream_counts_on_after_a_skip(tmp_path):
    sampler = make_runner(seg_config(tmp_path)).build_dataloader(seg_config(tmp_path).train_dataloader, seed=0).sampler
    stream = iter(DrawStream(sampler))
    drawn = [next(stream) for _ in range(20)]
    sampler.skip(12)
    resumed = next(iter(DrawStream(sampler)))
    assert [draw.position for draw in drawn] == list(range(20))
    assert resumed == drawn[12]


LENGTHS = {
    'iterations': (seg_config, dict(), 'iter_2.pth'),
    'iterations with accumulation': (seg_config, {'optim_wrapper.accumulative_counts': 2}, 'iter_2.pth'),
    'iterations over a finite sampler': (
        seg_config,
        {'train_dataloader.sampler': dict(type='DefaultSampler', shuffle=True), 'train_dataloader.batch_size': 6},
        'iter_2.pth',
    ),
    'epochs': (cls_config, dict(), 'epoch_1.pth'),
}


@pytest.mark.parametrize('make, changes, checkpoint', LENGTHS.values(), ids=LENGTHS)
def test_a_resumed_run_equals_an_uninterrupted_one_to_the_last_bit(tmp_path, make, changes, checkpoint):
    whole = train(make(tmp_path, **changes))
    changes |= dict(resume=True, load_from=str(tmp_path / 'work' / checkpoint), work_dir=str(tmp_path / 'resumed'))
    for workers in (0, 2):
        loader = {'train_dataloader.num_workers': workers, 'train_dataloader.persistent_workers': workers > 0}
        resumed = train(make(tmp_path, **changes, **loader))
        assert resumed.iter == whole.iter
        assert_same(weights(whole), weights(resumed))


def test_a_resumed_run_draws_the_seed_of_the_first_one(tmp_path):
    whole = train(seg_config(tmp_path, randomness=dict(seed=None)))
    middle = str(tmp_path / 'work' / 'iter_2.pth')
    resumed = train(seg_config(tmp_path, randomness=dict(seed=None), resume=True, load_from=middle))
    assert_same(weights(whole), weights(resumed))


def test_the_resume_file_records_seed_and_iteration(tmp_path):
    train(seg_config(tmp_path))
    checkpoint = torch.load(tmp_path / 'work' / 'iter_2.pth', weights_only=False)
    assert checkpoint['rng'] == dict(seed=3, iter=2)


def test_a_checkpoint_between_two_steps_of_the_optimizer_is_announced(tmp_path):
    runner = train(seg_config(tmp_path, **{'optim_wrapper.accumulative_counts': 4}))
    (log,) = Path(runner.log_dir).glob('*.log')
    assert 'A checkpoint every 2 iterations falls between steps of an optimizer that gathers' in log.read_text()
