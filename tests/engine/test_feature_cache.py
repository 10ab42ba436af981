"""Training from features of frozen blocks, against training from images."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from torch.testing import assert_close

from mmvpt.engine.feature_cache import why_uncached
from mmvpt.layers.unwrap import unwrap
from mmvpt.models.entry import entry_of

from .tiny import build_model, cls_config, make_runner

#: Images are loaded and packed, so that each epoch sees the same.
STEADY = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
FLIPPED = [STEADY[0], dict(type='RandomFlip', prob=0.5), STEADY[1]]
CACHE = dict(type='mmvpt.FeatureCacheHook')
LATE = dict(type='mmvpt.DeepPrompts', num_tokens=2, start=1)
PARTIAL = dict(type='mmvpt.PartialTuning', blocks=1, train_norm=True)
ALL_IMAGES = 3 * 4 * 2


def config_of(folder: Path, tuner: dict | list, name: str, hooks: list, **changes) -> Config:
    config = cls_config(folder, tuner=tuner, work_dir=str(folder / name), custom_hooks=hooks)
    for split in ('train', 'val'):
        config[f'{split}_dataloader'].dataset.pipeline = STEADY
    config.merge_from_dict(changes)
    return config


def said(folder: Path) -> str:
    return ' '.join(path.read_text() for path in folder.glob('work/*/*.log'))


@pytest.mark.parametrize(
    'tuner',
    [
        LATE,
        PARTIAL,
        [LATE, PARTIAL],
        dict(type='mmvpt.LinearProbe'),
    ],
    ids=['late prompts', 'partial', 'two', 'head'],
)
def test_a_run_from_features_is_that_from_images(tuner: dict | list, tmp_path: Path) -> None:
    runs = []
    for name, hooks in (('plain', []), ('cached', [CACHE])):
        runner = make_runner(config_of(tmp_path, tuner, name, hooks, **{'train_cfg.max_epochs': 4}))
        calls: list[int] = []
        first, *_ = unwrap(runner.model).backbone.attachment.blocks
        first.ln1.register_forward_hook(lambda _, args, __, calls=calls: calls.append(len(args[0])))
        runner.train()
        runs.append((runner, calls))
    (plain, every), (cached, once) = runs
    for (name, one), other in zip(plain.model.state_dict().items(), cached.model.state_dict().values(), strict=True):
        assert_close(one, other, rtol=1e-4, atol=1e-6, msg=name)
    accuracies = [run.message_hub.get_scalar('val/accuracy/top1').current() for run in (plain, cached)]
    assert accuracies[0] == accuracies[1]
    assert sum(once) <= ALL_IMAGES + 4 * 4 < sum(every)  # each once, and a few to try


def test_features_are_shared_and_kept_until_the_base_changes(tmp_path: Path) -> None:
    shared = dict(CACHE, folder=str(tmp_path / 'features'))

    def files(tuner: dict, name: str, **changes) -> int:
        make_runner(config_of(tmp_path, tuner, name, [shared], **changes)).train()
        return len(list((tmp_path / 'features').iterdir()))

    assert files(LATE, 'a') == 2
    assert files(LATE, 'b', **{'optim_wrapper.optimizer.lr': 0.01, 'model.backbone.tuner.num_tokens': 3}) == 2
    assert files(PARTIAL, 'c') == 4  # another part of the base is frozen


def test_a_run_that_is_resumed_finds_its_features(tmp_path: Path) -> None:
    make_runner(config_of(tmp_path, PARTIAL, 'work', [CACHE], **{'train_cfg.max_epochs': 1})).train()
    files = sorted((tmp_path / 'work' / 'features').iterdir())
    make_runner(config_of(tmp_path, PARTIAL, 'work', [CACHE], resume=True)).train()
    assert sorted((tmp_path / 'work' / 'features').iterdir()) == files


def test_a_subset_takes_features_of_its_images_alone(tmp_path: Path) -> None:
    config = config_of(tmp_path, LATE, 'work', [CACHE])
    config.train_dataloader.dataset = dict(
        type='mmvpt.Subset', dataset=config.train_dataloader.dataset, shots=2, seed=1
    )
    runner = make_runner(config)
    runner.train()
    lengths = {path.stat().st_size for path in (tmp_path / 'work' / 'features').iterdir()}
    row = 4 * 32 * (1 + 16)
    assert lengths == {256 + row * 3 * 2, 256 + row * 3 * 4}


def test_model_and_data_are_left_as_they_were(tmp_path: Path) -> None:
    runner = make_runner(config_of(tmp_path, LATE, 'work', [CACHE]))
    runner.train()
    model, data = unwrap(runner.model), runner.train_dataloader.dataset
    assert 'forward' not in vars(model.data_preprocessor)
    assert all('forward' not in vars(block) for block in model.backbone.attachment.blocks)
    assert data[0]['inputs'].shape == (3, 32, 32)


@pytest.mark.parametrize(
    ('tuner', 'changes', 'reason'),
    [
        (dict(type='mmvpt.DeepPrompts', num_tokens=2), {}, 'tuning begins in the first block'),
        (dict(type='mmvpt.BiasTuning'), {}, 'tuning begins in the first block'),
        (
            LATE,
            {'train_dataloader.dataset.pipeline': [STEADY[0], dict(type='RandomFlip', prob=0.5), STEADY[1]]},
            'RandomFlip',
        ),
        (LATE, {'model.backbone.backbone.out_indices': (0, 1)}, 'outputs are read before the first tuned block'),
    ],
)
def test_where_it_cannot_it_says_why_and_trains(tuner: dict, changes: dict, reason: str, tmp_path: Path) -> None:
    config = config_of(tmp_path, tuner, 'work', [CACHE])
    config.merge_from_dict(changes)
    make_runner(config).train()
    assert 'All blocks are computed for every batch: ' in said(tmp_path) and reason in said(tmp_path)


def test_mixed_precision_is_not_imitated(tmp_path: Path) -> None:
    runner = make_runner(config_of(tmp_path, LATE, 'work', [CACHE]))
    runner.cfg.optim_wrapper.type = 'AmpOptimWrapper'  # which needs a GPU to be built
    assert why_uncached(runner.cfg, runner.model) == 'AmpOptimWrapper makes the steps'


def test_a_full_disk_is_no_error_where_nothing_is_written_yet(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr('shutil.disk_usage', lambda _: type('', (), dict(free=1000)))
    make_runner(config_of(tmp_path, LATE, 'work', [CACHE])).train()
    assert '0 MB free, and features would take' in said(tmp_path)


def test_the_entry_is_the_first_tuned_block(tmp_path: Path) -> None:
    numbers = {}
    for name, tuner in dict(late=LATE, partial=PARTIAL, head=dict(type='mmvpt.LinearProbe')).items():
        backbone = build_model(cls_config(tmp_path, tuner=tuner)).backbone
        entry = entry_of(backbone)
        numbers[name] = entry.number
        images = torch.rand(3, 3, 32, 32)
        tokens = entry.read(images)
        with entry.fed(lambda tokens=tokens: tokens):
            assert_close(backbone(images[:1])[-1], backbone.eval()(images)[-1])
    assert numbers == dict(late=1, partial=1, head=1)
    bias = build_model(cls_config(tmp_path, tuner=dict(type='mmvpt.BiasTuning'))).backbone
    assert entry_of(bias) is None
