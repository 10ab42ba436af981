"""``--total-batch`` trains as the recipe does, on any number of processes."""

import pytest
import torch
from mmengine.config import Config

from mmvpt.engine.batches import describe_batches
from mmvpt.engine.total_batch import count_processes, set_total_batch

from .tiny import PROMPTS, make_runner, seg_config, train


def recipe(**changes):
    """As the dense configs have it: 160,000 iterations of 16 images, 2 at once."""
    config = Config(
        dict(
            train_dataloader=dict(batch_size=2),
            auto_scale_lr=dict(enable=True, base_batch_size=16),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.005)),
            train_cfg=dict(type='IterBasedTrainLoop', max_iters=160_000, val_interval=16_000),
            param_scheduler=[dict(type='PolyLR', begin=0, end=160_000, by_epoch=False)],
            default_hooks=dict(checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=16_000)),
        )
    )
    config.merge_from_dict(changes)
    return config


def rate_of(config, processes):
    """The rate as MMEngine scales it: it knows nothing of accumulation."""
    factor = config.train_dataloader.batch_size * processes / config.auto_scale_lr.base_batch_size
    return config.optim_wrapper.optimizer.lr * factor


@pytest.mark.parametrize(('processes', 'parts'), [(1, 8), (2, 4), (8, 1)])
def test_the_recipe_s_batch_is_gathered_and_the_run_sees_its_images(processes, parts):
    config = recipe()
    set_total_batch(config, 16, processes)
    assert config.train_dataloader.batch_size == 2
    assert config.optim_wrapper.accumulative_counts == parts
    assert rate_of(config, processes) == pytest.approx(0.005)
    assert config.train_cfg.max_iters * 2 * processes == 160_000 * 16
    assert config.train_cfg.val_interval == config.default_hooks.checkpoint.interval == 16_000 * parts
    assert config.param_scheduler[0].end == 160_000 * parts


def test_more_gpus_than_the_batch_has_parts_take_fewer_images_each():
    config = recipe(**{'train_dataloader.batch_size': 4})
    set_total_batch(config, 16, 8)
    assert (config.train_dataloader.batch_size, config.optim_wrapper.accumulative_counts) == (2, 1)
    assert config.train_cfg.max_iters == 160_000


def test_another_total_scales_the_rate_and_keeps_the_images():
    config = recipe()
    set_total_batch(config, 32, 1)
    assert config.optim_wrapper.accumulative_counts == 16
    assert rate_of(config, 1) == pytest.approx(0.01)
    assert config.train_cfg.max_iters * 2 == 160_000 * 16


def test_parts_are_equal_and_no_larger_than_what_is_taken_at_once():
    config = recipe(**{'train_dataloader.batch_size': 4})
    set_total_batch(config, 18, 3)
    assert (config.train_dataloader.batch_size, config.optim_wrapper.accumulative_counts) == (3, 2)


def test_by_epochs_only_what_goes_by_iterations_is_stretched():
    warm_up, steps = (
        dict(type='LinearLR', by_epoch=False, begin=0, end=500),
        dict(type='MultiStepLR', milestones=[8, 11]),
    )
    config = recipe(param_scheduler=[warm_up, steps])
    config.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12)
    set_total_batch(config, 16, 1)
    assert config.train_cfg == dict(type='EpochBasedTrainLoop', max_epochs=12)
    assert config.param_scheduler == [dict(warm_up, end=4000), steps]


def test_a_config_that_does_not_know_its_batch_is_taken_at_its_word():
    config = recipe()
    config.pop('auto_scale_lr')
    set_total_batch(config, 16, 1)
    assert rate_of(config, 1) == pytest.approx(0.005)
    assert config.train_cfg.max_iters == 160_000 * 8


def test_what_cannot_be_shared_or_stretched_is_refused():
    with pytest.raises(
        ValueError, match='--total-batch 16 cannot be shared by 3 processes.*a multiple of 3, such as 15'
    ):
        set_total_batch(recipe(), 16, 3)
    with pytest.raises(ValueError, match='--total-batch 0 cannot be shared'):
        set_total_batch(recipe(), 0, 1)
    with pytest.raises(ValueError, match='cannot stretch ExponentialLR by iterations'):
        set_total_batch(recipe(param_scheduler=[dict(type='ExponentialLR', gamma=0.9, by_epoch=False)]), 16, 1)
    config = recipe()
    set_total_batch(config, 16, 1)
    with pytest.raises(ValueError, match='was written by a run with --total-batch'):
        set_total_batch(config, 16, 1)


def test_processes_are_counted_before_they_are_connected(monkeypatch):
    monkeypatch.setenv('WORLD_SIZE', '8')
    monkeypatch.setenv('SLURM_NTASKS', '16')
    assert [count_processes(launcher) for launcher in ('none', 'pytorch', 'slurm')] == [1, 8, 16]


def test_gathering_trains_the_weights_of_one_large_batch(tmp_path):
    def run(name, batch):
        config = seg_config(
            tmp_path,
            tuner=dict(PROMPTS, dropout=0.0),
            work_dir=str(tmp_path / name),
            param_scheduler=[],  # the rate goes on within a step of the optimizer
            **{'train_dataloader.batch_size': batch, 'auto_scale_lr': dict(enable=True, base_batch_size=4)},
        )
        for head in (config.model.decode_head, config.model.auxiliary_head[0]):
            head.update(dropout_ratio=0.0, norm_cfg=dict(type='GN', num_groups=4))
        set_total_batch(config, 4, 1)
        return train(config)

    gathered, whole = run('gathered', 1), run('whole', 4)
    assert (gathered.iter, whole.iter) == (16, 4)
    for mine, theirs in zip(gathered.model.parameters(), whole.model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-6)


def test_the_start_of_a_run_prints_its_batch_and_images_beside_the_recipe_s(tmp_path):
    config = seg_config(tmp_path, auto_scale_lr=dict(enable=True, base_batch_size=8))
    runner = make_runner(config)
    assert describe_batches(runner).splitlines() == [
        'Total batch 2 = 2 x 1 process; of the recipe 8',
        'Images seen 8; of the recipe 32',
        'To train as the recipe does, on any number of GPUs: --total-batch 8',
    ]
    set_total_batch(config, 8, 1)
    assert describe_batches(make_runner(config)).splitlines() == [
        'Total batch 8 = 2 x 1 process, accumulated 4 times; of the recipe 8',
        'Images seen 32; of the recipe 32',
    ]


def test_a_config_that_does_not_know_its_batch_says_so(tmp_path):
    assert 'auto_scale_lr=dict(base_batch_size=...)' in describe_batches(make_runner(seg_config(tmp_path)))
