"""Recipes are the papers': schedules, optimizers, batch sizes and grids, and the public code's where a name says so."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS
from torch import nn

from mmvpt.config.find import find_config, list_names
from mmvpt.models import MLPHead
from mmvpt.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'
FRAGMENTS = CONFIGS / '_base_'
OPTIMIZERS = sorted(path.stem for path in (FRAGMENTS / 'optimizers').glob('vpt_*.py'))
TUNERS = sorted(path.stem for path in (FRAGMENTS / 'tuners').glob('*.py'))


def read(name: str) -> Config:
    """Read a config of ours, a file or a row."""
    return Config.fromfile(find_config(f'mmvpt::{name}'))


def factors(schedule: str, epoch_length: int = 1) -> list[float]:
    """Learning rates of a schedule by MMEngine's own schedulers, for each epoch, or step where it goes by steps."""
    config = Config.fromfile(FRAGMENTS / 'schedules' / f'{schedule}.py')
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    schedulers = [
        PARAM_SCHEDULERS.build(dict(item, optimizer=optimizer, epoch_length=epoch_length))
        for item in config.param_scheduler
    ]
    rates = []
    for _ in range(config.train_cfg.max_epochs * epoch_length):
        rates.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    return rates


@pytest.mark.parametrize(('schedule', 'epochs'), [('vpt_100e', 100), ('vpt_50e', 50)])
def test_the_rate_warms_up_for_ten_epochs_and_decays_by_a_cosine(schedule: str, epochs: int) -> None:
    """VPT, Table 7: warm-up of 10 epochs, cosine, 100 epochs (ViT-B, Swin-B) or 50 (ViT-L/H)."""
    rates = factors(schedule, epoch_length=4)
    assert len(rates) == epochs * 4
    assert 0 < rates[0] <= 0.001
    assert rates[20] == pytest.approx(20 / 39, abs=0.01)
    length = (epochs - 10) * 4
    cosine = [0.5 * (1 + math.cos(math.pi * step / length)) for step in range(length)]
    assert rates[40:] == pytest.approx(cosine, abs=0.01)


def test_by_epoch_no_epoch_is_idle() -> None:
    rates = factors('vpt_100e_by_epoch')
    assert rates[:11] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0])
    assert rates[11] == pytest.approx(0.5 * (1 + math.cos(math.pi / 90)))
    assert rates[99] == pytest.approx(0.0003046, abs=1e-7)


def test_as_the_public_code_steps_them_the_first_epoch_is_idle() -> None:
    """Reference, section 12, item 7: 0, .1, ..., .9, then 1.0 at epoch 10 and .0003046 at epoch 99."""
    rates = factors('vpt_100e_compat')
    assert rates[:11] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], abs=1e-8)
    assert rates[99] == pytest.approx(0.0003046, abs=1e-7)
    half = factors('vpt_50e_compat')
    assert half[:11] == pytest.approx(rates[:11])
    assert half[49] == pytest.approx(0.5 * (1 + math.cos(math.pi * 39 / 40)))


@pytest.mark.parametrize('schedule', ['vpt_100e', 'vpt_50e', 'vpt_100e_by_epoch', 'vpt_100e_compat', 'vpt_50e_compat'])
def test_rates_are_meant_for_a_batch_of_256(schedule: str) -> None:
    """VPT, appendix A: base_lr * batch / 256."""
    config = Config.fromfile(FRAGMENTS / 'schedules' / f'{schedule}.py')
    assert config.auto_scale_lr == dict(base_batch_size=256, enable=True)


@pytest.mark.parametrize('name', OPTIMIZERS)
def test_the_grid_of_an_optimizer_names_options_of_it(name: str) -> None:
    config = Config.fromfile(FRAGMENTS / 'optimizers' / f'{name}.py')
    wrapped = config.optim_wrapper.to_dict()
    wrapped.pop('constructor')
    for option, values in config.grid.items():
        assert wrapped['optimizer'][option] in values
        assert len(values) == len(set(values)) > 1
        for value in values:
            built = build_optim_wrapper(
                nn.Linear(1, 1), dict(wrapped, optimizer=wrapped['optimizer'] | {option: value})
            )
            assert built.optimizer.defaults[option] == value


@pytest.mark.parametrize(
    ('name', 'runs'),
    [
        ('vpt_adamw', 16),
        ('vpt_adamw_compat', 16),
        ('vpt_adamw_cnn', 32),
        ('vpt_sgd', 40),
        ('vpt_sgd_compat', 40),
        ('vpt_sgd_larger_lr', 16),
        ('vpt_sgd_cnn', 36),
        ('vpt_sgd_mae', 52),
    ],
)
def test_grids_are_as_large_as_the_paper_s_and_the_public_code_s(name: str, runs: int) -> None:
    """Reference, section 12, item 11."""
    config = Config.fromfile(FRAGMENTS / 'optimizers' / f'{name}.py')
    assert math.prod(map(len, config.grid.values())) == runs
    assert config.grid.weight_decay == [0.01, 0.001, 0.0001, 0.0]  # VPT, Table 7


def with_option(tuner: Any, key: str, value: Any) -> Any:
    """A tuner with an option, or several tuners where the key starts with the place of one: ``0.num_tokens``."""
    if not isinstance(tuner, list):
        assert key in tuner
        return tuner | {key: value}
    index, _, option = key.partition('.')
    return [with_option(one, option, value) if place == int(index) else one for place, one in enumerate(tuner)]


@pytest.mark.parametrize('name', TUNERS)
def test_the_grid_of_a_tuner_names_options_of_it(name: str) -> None:
    config = Config.fromfile(FRAGMENTS / 'tuners' / f'{name}.py').to_dict()
    for key, values in config.get('tuner_grid', {}).items():
        assert len(values) == len(set(values)) > 1
        options = [with_option(config['tuner'], key, value) for value in values]
        assert config['tuner'] in options  # what the fragment has is one of them
        for option in options:
            for one in option if isinstance(option, list) else [option]:
                MODELS.build(one)


@pytest.mark.parametrize(
    ('name', 'option', 'values'),
    [
        ('vpt', 'num_tokens', [1, 5, 10, 50, 100, 200]),
        ('vpt_shallow', 'num_tokens', [1, 5, 10, 50, 100, 200]),
        ('vpt_bias', '0.num_tokens', [1, 5, 10, 50, 100, 200]),
        ('vpt_swin', 'num_tokens', [1, 5, 10, 50]),
        ('vpt_shallow_swin', 'num_tokens', [1, 5, 10, 50]),
        ('pad', 'padding', [1, 3, 5, 7, 9, 11]),
        ('adapter', 'reduction', [8, 64, 256]),
    ],
)
def test_lengths_and_reductions_are_those_of_appendix_a(name: str, option: str, values: list[int]) -> None:
    """VPT, appendix A.1 and A.2."""
    assert Config.fromfile(FRAGMENTS / 'tuners' / f'{name}.py').tuner_grid == {option: values}


def test_lengths_of_e2vpt_are_those_of_its_grid() -> None:
    """E2VPT, section 4.3 and Fig. 4."""
    grid = {'0.num_tokens': [5, 10, 20, 30, 50], '1.num_tokens': [1, 5, 10, 50]}
    assert Config.fromfile(FRAGMENTS / 'tuners' / 'e2vpt.py').tuner_grid == grid


#: VPT, Table 9: LINEAR / PARTIAL / FULL, BIAS, ADAPTER / VPT of less than 100 prompts / VPT of 100 and more.
TABLE_9 = {
    'vit': (2048, 1280, 128, 128, 64),
    'vit-l': (2048, 640, 64, 64, 32),
    'vit-h': (1024, 240, 28, 28, 14),
    'mae': (2048, 1280, 128, 128, 64),
    'moco': (2048, 1280, 128, 128, 64),
    'swin-b': (1024, 1024, 128, 80, None),
    'convnext-b': (1024, 1024, 128, 128, None),
    'resnet50': (2048, 2048, 384, 256, None),
}
COLUMNS = {'linear': 0, 'mlp3': 0, 'partial1': 1, 'full': 2, 'bias': 2, 'adapter': 2, 'pad': 3}
PROMPTED = ('vpt', 'vpt_shallow', 'vpt_bias')
CUB = [name.removesuffix('_cub') for name in list_names() if name.endswith('_cub')]


@cache
def cub(name: str) -> Config:
    """A showcase of CUB, read once."""
    return read(f'{name}_cub')


def test_batches_are_those_of_table_9() -> None:
    seen = set()
    for name in CUB:
        model, _, method = name.partition('_')
        if model not in TABLE_9 or method not in (*COLUMNS, *PROMPTED):
            continue
        config = cub(name)
        column = COLUMNS.get(method)
        if column is None:
            tuner = config.model.backbone.tuner
            column = 3 if (tuner[0] if isinstance(tuner, list) else tuner).num_tokens < 100 else 4
        assert config.train_dataloader.batch_size == TABLE_9[model][column], name
        seen.add((model, column))
    assert {('vit', column) for column in range(5)} <= seen
    assert {model for model, _ in seen} == set(TABLE_9)


@pytest.mark.parametrize(
    ('methods', 'optimizer'),
    [(('linear', 'mlp3', 'sidetune', 'vpt', 'vpt_shallow', 'pad'), 'SGD'), (('full', 'partial1', 'bias'), 'AdamW')],
)
def test_optimizers_and_epochs_are_those_of_table_7(methods: tuple[str, ...], optimizer: str) -> None:
    for name in CUB:
        model, _, method = name.partition('_')
        if method in methods:
            config = cub(name)
            assert config.optim_wrapper.optimizer.type == optimizer, name
            assert config.train_cfg.max_epochs == (50 if model in ('vit-l', 'vit-h') else 100), name
            assert config.param_scheduler[1].end == config.train_cfg.max_epochs, name


@pytest.mark.parametrize('name', CUB)
def test_heads_on_cub_start_as_the_paper_s(name: str) -> None:
    """Reference, 1.8: He's start by the outputs, and a bias of -ln 99."""
    head = MODELS.build(dict(cub(name).model.head, in_channels=8))
    assert isinstance(head, MLPHead)
    assert len(head.hidden) == (2 if 'mlp3' in name else 0)
    assert head.fc.bias.tolist() == pytest.approx([-4.59512] * 200)
    assert head.fc.weight.std().item() == pytest.approx(math.sqrt(2 / 200), rel=0.1)


@pytest.mark.parametrize('name', ['vit_vpt_compat', 'vit_bias_compat'])
def test_a_run_as_the_public_code_s_differs_by_optimizer_epochs_and_crop_alone(name: str) -> None:
    compat, plain = (cub(each).to_dict() for each in (name, name.removesuffix('_compat')))
    assert compat['optim_wrapper'].pop('constructor') == 'mmvpt.VPTCompatConstructor'
    assert plain['optim_wrapper'].pop('constructor') == 'mmvpt.TrainableParamsConstructor'
    assert compat.pop('param_scheduler') != plain.pop('param_scheduler')
    train, test = compat.pop('crop_compat'), compat.pop('crop_compat_test')
    for pipeline, crop in ((train, 'RandomCrop'), (test, 'CenterCrop')):
        assert [step['type'] for step in pipeline[1:3]] == ['ResizeEdge', crop]
        assert (pipeline[1]['scale'], pipeline[2]['crop_size']) == (256, 224)  # reference, 6.1
        assert pipeline[1]['interpolation'] == 'bilinear'  # torchvision's default
    for split, pipeline in (('train', train), ('val', test), ('test', test)):
        assert compat[f'{split}_dataloader']['dataset'].pop('pipeline') == pipeline
        assert plain[f'{split}_dataloader']['dataset'].pop('pipeline')[1]['interpolation'] == 'bicubic'
    assert compat == plain


@pytest.mark.parametrize('name', CUB)
def test_on_cub_nothing_but_the_test_sees_the_test_pictures(name: str) -> None:
    splits = {split: cub(name)[f'{split}_dataloader'].dataset for split in ('train', 'val', 'test')}
    assert {dataset.type for dataset in splits.values()} == {'mmvpt.CUB'}
    assert {split: dataset.split for split, dataset in splits.items()} == dict(train='train', val='val', test='test')


@pytest.mark.parametrize(
    ('method', 'rate', 'heads'),
    [
        ('full', 0.001, 10.0),
        ('linear', 0.005, 10.0),
        ('bias', 0.005, 10.0),
        ('vpt', 0.005, 1.0),
        ('vpt_bias', 0.005, 1.0),
        ('e2vpt', 0.005, 1.0),
    ],
)
def test_setr_trains_with_the_rates_of_the_paper(method: str, rate: float, heads: float) -> None:
    """VPT, appendix A.2: FULL as mmseg does; 0.005 for the others; the multiplier of heads is 1 for VPT alone."""
    config = read(f'setr_{method}_ade20k')
    assert config.optim_wrapper.optimizer == dict(type='SGD', lr=rate, momentum=0.9, weight_decay=0.0)
    assert config.optim_wrapper.paramwise_cfg == dict(head=dict(lr_mult=heads))
    assert config.get('grid') == (None if method == 'full' else dict(lr=[0.05, 0.005, 0.0005, 0.001]))


@pytest.mark.parametrize('name', [name for name in list_names() if name.endswith(('_ade20k', '_coco'))])
def test_dense_configs_say_for_which_batch_their_rate_is(name: str) -> None:
    """The recipes of mmseg and mmdet are for 16 images: 8 GPUs of 2, or 4 of 4."""
    if name.endswith('coco'):
        pytest.importorskip('mmdet')
    assert read(name).auto_scale_lr == dict(enable=True, base_batch_size=16)


def test_the_config_of_the_page_is_that_of_its_fragments(tmp_path: Path) -> None:
    page = (CONFIGS.parent / 'docs' / 'guides' / 'recipes.md').read_text()
    (tmp_path / 'mine.py').write_text(re.findall(r'```python\n(.*?)```', page, flags=re.DOTALL)[0])
    assert Config.fromfile(tmp_path / 'mine.py').to_dict() == cub('vit-l_vpt').to_dict()
