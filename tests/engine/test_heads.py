"""Heads that train together, against runs of their own."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from torch import nn
from torch.testing import assert_close

from mmvpt.engine.heads.rules import STACKED_STEPS
from mmvpt.engine.heads.shareable import DECAY, RATE, train_together, why_separate
from mmvpt.layers.unwrap import unwrap
from mmvpt.text.refused import Refused

from .tiny import cls_config, make_runner, train

RATES, DECAYS = [0.1, 0.02], [0.01, 0.0]
#: Images are loaded and packed, so that each epoch sees the same.
STEADY = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
SCHEDULE = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=3),
    dict(type='CosineAnnealingLR', eta_min=0.0, by_epoch=True, begin=1, end=4),
]
HEADS = {
    'linear': dict(type='mmpretrain.LinearClsHead', num_classes=3, in_channels=32),
    'mlp': dict(type='mmvpt.MLPHead', num_classes=3, in_channels=32, num_layers=3),
}


def config_of(folder: Path, head: str = 'linear', kind: str = 'SGD', **changes) -> Config:
    optimizer = dict(type=kind, lr=0.5, weight_decay=0.01, _delete_=True)
    if kind == 'SGD':
        optimizer['momentum'] = 0.9
    config = cls_config(
        folder,
        tuner=dict(type='mmvpt.LinearProbe'),
        optim_wrapper=dict(
            type='OptimWrapper',
            constructor='mmvpt.TrainableParamsConstructor',
            optimizer=optimizer,
            paramwise_cfg=dict(bias=dict(decay_mult=0.0, lr_mult=2.0)),
        ),
        param_scheduler=SCHEDULE,
        train_cfg=dict(by_epoch=True, max_epochs=4, val_interval=2),
    )
    config.model.head = HEADS[head]
    config.train_dataloader.dataset.pipeline = STEADY
    config.merge_from_dict(changes)
    return config


#: The rounding of the first steps grows in batch norms over four images: an MLP takes one step, of all images.
ONE_STEP = {'train_dataloader.batch_size': 12, 'train_cfg.max_epochs': 1}


@pytest.mark.parametrize(
    ('head', 'kind', 'more'),
    [
        ('linear', 'SGD', {}),
        ('linear', 'SGD', {'optim_wrapper.clip_grad': dict(max_norm=0.5)}),
        ('linear', 'AdamW', {}),
        ('mlp', 'SGD', ONE_STEP),
    ],
)
def test_each_head_is_that_of_a_run_of_its_own(head: str, kind: str, more: dict, tmp_path: Path) -> None:
    config = config_of(tmp_path, head, kind, **more)
    assert why_separate(config, [RATE, DECAY]) is None
    runner = make_runner(train_together(config, RATES, DECAYS))
    runner.train()
    found = json.loads((Path(runner.work_dir) / 'heads.json').read_text())
    assert found['computed'] == 3 * 4 * 2  # all images of both splits, once
    for place, (rate, decay) in enumerate(zip(RATES, DECAYS, strict=True)):
        own = {RATE: rate, DECAY: decay, 'work_dir': f'{tmp_path}/{place}'}
        alone = train(config_of(tmp_path, head, kind, **more, **own))
        for name, param in unwrap(alone.model).head.named_parameters():
            assert_close(runner.train_loop.heads.params[name][place].detach(), param.detach(), rtol=1e-4, atol=1e-6)
        accuracy = alone.message_hub.get_scalar('val/accuracy/top1').current()
        evaluations = found['heads'][place]['evaluations']
        assert list(evaluations) == (['1'] if more is ONE_STEP else ['2', '4'])
        assert list(evaluations.values())[-1] == pytest.approx(accuracy)


def test_a_head_that_diverges_is_given_up_and_the_others_are_not(tmp_path: Path) -> None:
    runs = []
    for name, rates, decays in (('with', [0.5, 1e38], [0.01, 0.0]), ('without', [0.5], [0.01])):
        runner = make_runner(train_together(config_of(tmp_path, work_dir=str(tmp_path / name)), rates, decays))
        runner.train()
        runs.append(json.loads((tmp_path / name / 'heads.json').read_text())['heads'])
    assert runs[0][0] == runs[1][0]
    assert 'the loss is not finite' in runs[0][1]['failed'] or 'weights are not finite' in runs[0][1]['failed']


def test_features_are_kept_until_what_decides_them_changes(tmp_path: Path) -> None:
    def computed(**changes) -> int:
        config = train_together(config_of(tmp_path, **changes), [0.1], [0.0], str(tmp_path / 'features'))
        runner = make_runner(config)
        runner.train()
        return json.loads((Path(runner.work_dir) / 'heads.json').read_text())['computed']

    assert [computed(), computed(), computed(**{'train_cfg.max_epochs': 2})] == [24, 0, 0]
    resized = [STEADY[0], dict(type='Resize', scale=32), STEADY[1]]
    assert computed(**{'train_dataloader.dataset.pipeline': resized}) == 12
    image = next((tmp_path / 'images' / 'val').rglob('*.png'))
    image.touch()
    assert computed() == 12
    for path in (tmp_path / 'features').iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b'\x00')
    with pytest.raises(Refused, match='its content is not what was written. Remove it: it is computed again'):
        computed()


def test_a_full_disk_is_told_and_leaves_no_half_of_the_features(tmp_path: Path, monkeypatch) -> None:
    def full(*_) -> Iterator[np.ndarray]:
        yield np.zeros((1, 32))
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr('mmvpt.analysis.features._compute', full)
    runner = make_runner(train_together(config_of(tmp_path), [0.1], [0.0], str(tmp_path / 'features')))
    with pytest.raises(Refused, match=r'No space left on device: .*\.features. Free some space, then give the same'):
        runner.train()
    assert list((tmp_path / 'features').iterdir()) == []


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'model.backbone.tuner': dict(type='mmvpt.DeepPrompts', num_tokens=2)}, 'changes what the head reads'),
        (
            {'train_dataloader.dataset.pipeline': [STEADY[0], dict(type='RandomFlip', prob=0.5)]},
            'RandomFlip of the train',
        ),
        ({'optim_wrapper.clip_grad': dict(type='value', clip_value=1.0)}, 'gradients are clipped'),
        ({'optim_wrapper.optimizer.maximize': True}, 'SGD with maximize'),
        ({'optim_wrapper.constructor': 'mmvpt.VPTCompatConstructor'}, 'makes optimizers of its own'),
        ({'param_scheduler': [dict(type='CosineAnnealingLR', eta_min=0.01)]}, 'does not multiply'),
        ({'val_evaluator': dict(type='SingleLabelMetric')}, 'by more than accuracy'),
        ({'custom_hooks': [dict(type='EMAHook')]}, 'EMAHook acts on the model'),
        ({'model.head.loss': dict(type='FocalLoss')}, 'the loss is FocalLoss'),
    ],
)
def test_where_trials_cannot_share_it_says_why(changes: dict, reason: str, tmp_path: Path) -> None:
    config = config_of(tmp_path)
    for key, value in changes.items():
        config.merge_from_dict({key: {'_delete_': True, **value} if isinstance(value, dict) else value})
    assert reason in (why_separate(config, [RATE]) or '')


def test_trials_that_differ_in_more_than_rate_and_decay_train_one_by_one(tmp_path: Path) -> None:
    assert why_separate(config_of(tmp_path), [RATE, 'model.head.dropout']) == 'they differ in model.head.dropout'


@pytest.mark.parametrize(
    ('kind', 'options'),
    [
        ('SGD', {}),
        ('SGD', dict(momentum=0.9, nesterov=True)),
        ('SGD', dict(momentum=0.5, dampening=0.1)),
        ('AdamW', dict(betas=(0.8, 0.99), eps=1e-6)),
    ],
)
def test_steps_are_those_of_pytorch(kind: str, options: dict) -> None:
    torch.manual_seed(0)
    start, rates, decays = torch.randn(3, 4, 5), [0.1, 0.01, 1.0], [0.0, 0.1, 0.01]
    stacked, state = start.clone(), {}
    params = [nn.Parameter(one.clone()) for one in start]
    optimizers = [
        getattr(torch.optim, kind)([param], lr=rate, weight_decay=decay, **options)
        for param, rate, decay in zip(params, rates, decays, strict=True)
    ]
    for _ in range(5):
        grads = torch.randn(3, 4, 5)
        STACKED_STEPS[kind][0](stacked, grads, state, torch.tensor(rates), torch.tensor(decays), options)
        for param, grad, optimizer in zip(params, grads, optimizers, strict=True):
            param.grad = grad.clone()
            optimizer.step()
    assert_close(stacked, torch.stack([param.detach() for param in params]))
