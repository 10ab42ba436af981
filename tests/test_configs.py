"""Every showcase config builds, trains two iterations, evaluates and leaves a delta; overrides reduce its sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, PARAM_SCHEDULERS, init_default_scope
from mmengine.runner import Runner
from torch import nn

from mmvpt.checkpoint import read_metadata
from mmvpt.engine import launch, save_delta
from tests.data_makers import make_ade, make_cub

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
DIM = 32


def pretrain(config: Config, folder: Path) -> None:
    """Write the base that the config's ``init_cfg`` asks for."""
    vit = dict(config.model.backbone.backbone)
    init_cfg = vit.pop('init_cfg')
    prefix = init_cfg.get('prefix', '')
    state = {prefix + name: tensor for name, tensor in MODELS.build(vit).state_dict().items()}
    init_cfg.checkpoint = str(folder / 'base.pth')
    torch.save(dict(state_dict=state), init_cfg.checkpoint)


def on_ade20k(config: Config, folder: Path) -> None:
    heads = ('decode_head', 'auxiliary_head.0', 'auxiliary_head.1', 'auxiliary_head.2')
    changes: dict = {f'model.{head}.{key}': DIM for head in heads for key in ('in_channels', 'channels')}
    changes |= {f'{loader}_dataloader.dataset.data_root': str(folder / 'ade') for loader in ('train', 'val', 'test')}
    changes |= {
        'model.backbone.backbone.arch': dict(
            _delete_=True, embed_dims=DIM, num_layers=4, num_heads=2, feedforward_channels=64
        ),
        'model.backbone.backbone.img_size': 64,
        'model.backbone.backbone.out_indices': (0, 1, 2, 3),
        'model.data_preprocessor.size': (64, 64),
        'model.test_cfg.crop_size': (64, 64),
        'model.test_cfg.stride': (42, 42),
        'train_dataloader.dataset.pipeline.2.scale': (256, 64),
        'train_dataloader.dataset.pipeline.3.crop_size': (64, 64),
        'val_dataloader.dataset.pipeline.1.scale': (256, 64),
        'train_cfg.max_iters': 2,
        'train_cfg.val_interval': 2,
    }
    config.merge_from_dict(changes)
    make_ade(folder / 'ade', num_images=2, size=64, num_classes=150)


def on_cub(config: Config, folder: Path) -> None:
    config.merge_from_dict(
        {
            'model.backbone.backbone.arch': dict(
                _delete_=True, embed_dims=DIM, num_layers=2, num_heads=2, feedforward_channels=64
            ),
            'model.backbone.backbone.img_size': 32,
            'model.head.in_channels': DIM,
            'train_dataloader.batch_size': 2,
            'train_dataloader.dataset.pipeline.1.scale': 32,
            'val_dataloader.dataset.pipeline.1.scale': 40,
            'val_dataloader.dataset.pipeline.2.crop_size': 32,
            'train_cfg.max_epochs': 1,
            'train_cfg.val_interval': 1,
            **{f'{loader}_dataloader.dataset.data_root': str(folder / 'cub') for loader in ('train', 'val', 'test')},
        }
    )
    make_cub(folder / 'cub')


REDUCE: dict[str, Callable[[Config, Path], None]] = dict(ade20k=on_ade20k, cub=on_cub)
SHOWCASES = sorted(path.name for path in CONFIGS.glob('*.py') if path.stem.rpartition('_')[2] in REDUCE)


@pytest.mark.parametrize('name', SHOWCASES)
def test_a_showcase_trains_evaluates_and_leaves_a_delta(name: str, tmp_path: Path) -> None:
    config = Config.fromfile(CONFIGS / name)
    REDUCE[Path(name).stem.rpartition('_')[2]](config, tmp_path)
    pretrain(config, tmp_path)
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
    config.work_dir = str(tmp_path / 'work')
    config.experiment_name = uuid4().hex
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.iter == 2
    if config.get('auto_scale_lr'):
        scaled = config.optim_wrapper.optimizer.lr * config.train_dataloader.batch_size / 256
        assert [group['initial_lr'] for group in runner.optim_wrapper.param_groups] == [scaled]
    metric = 'val/mIoU' if config.default_scope == 'mmseg' else 'val/accuracy/top1'
    assert 0 <= runner.message_hub.get_scalar(metric).current() <= 100
    (delta,) = Path(config.work_dir).glob('*.safetensors')
    trained = sum(param.numel() for param in runner.model.parameters() if param.requires_grad)
    assert read_metadata(delta)['num_trained'] == trained


def test_setr_is_evaluated_at_many_scales_and_flipped_and_draws_what_it_sees(tmp_path: Path) -> None:
    config = Config.fromfile(CONFIGS / 'setr_vpt_ade20k.py')
    on_ade20k(config, tmp_path)
    pretrain(config, tmp_path)
    config.test_dataloader.update(num_workers=0, persistent_workers=False)
    config.work_dir = str(tmp_path / 'work')
    init_default_scope('mmseg')
    model = MODELS.build(config.model)
    model.init_weights()
    save_delta(tmp_path / 'delta.safetensors', model)
    config.dump(tmp_path / 'setr.py')
    metrics = launch.test(
        str(tmp_path / 'setr.py'),
        str(tmp_path / 'delta.safetensors'),
        tta=True,
        show_dir=str(tmp_path / 'drawn'),
        cfg_options=dict(experiment_name=uuid4().hex),
    )
    assert 0 <= metrics['mIoU'] <= 100
    assert len(list((tmp_path / 'drawn').rglob('*.png'))) == 2


def count(config: Config) -> dict[str, int]:
    """Trained parameters of a model's children, built without memory."""
    init_default_scope(config.default_scope)
    with torch.device('meta'):
        model = MODELS.build(config.model)

    def trained(module: nn.Module) -> int:
        return sum(param.numel() for param in module.parameters() if param.requires_grad)

    return {name: trained(child) for name, child in model.named_children()}


@pytest.mark.parametrize(
    ('method', 'backbone'),
    [
        ('linear', 0),
        ('vpt', 10 * 24 * 1024),
        ('bias', 272_384 - 1024),  # no final norm in SETR
        ('vpt_bias', 100 * 24 * 1024 + 272_384 - 1024),
    ],
)
def test_setr_trains_the_parameters_of_the_paper(method: str, backbone: int) -> None:
    """VPT, Table 4: 13.18 M head only, +0.25 M by prompts, +0.28 M by biases."""
    counts = count(Config.fromfile(CONFIGS / f'setr_{method}_ade20k.py'))
    assert counts['decode_head'] == 4_171_414
    assert counts['auxiliary_head'] == 3 * 2_990_742
    assert counts['backbone'] == backbone


@pytest.mark.parametrize(
    ('method', 'backbone'),
    [('linear', 0), ('vpt', 92_160), ('vpt_shallow', 76_800), ('bias', 102_912), ('full', 85_798_656)],
)
def test_vit_on_cub_trains_the_parameters_of_the_paper(method: str, backbone: int) -> None:
    """VPT, Tables 12 and 14: 10 deep prompts, 100 shallow ones, biases, everything."""
    counts = count(Config.fromfile(CONFIGS / f'vit_{method}_cub.py'))
    assert counts['backbone'] == backbone
    assert counts['head'] == 768 * 200 + 200


def test_fragments_hold_no_model_so_that_any_can_be_composed() -> None:
    for path in (CONFIGS / '_base_').glob('[!m]*/*.py'):
        assert 'model' not in Config.fromfile(path), path


@pytest.mark.parametrize(('schedule', 'base_lr'), [('vpt_sgd_100e', 5.0), ('vpt_adamw_100e', 0.0005)])
def test_the_recipe_warms_up_for_ten_epochs_and_decays_by_a_cosine(schedule: str, base_lr: float) -> None:
    """VPT, appendix A: warm-up of 10 of 100 epochs, cosine; lr * batch / 256 by MMEngine's auto_scale_lr."""
    config = Config.fromfile(CONFIGS / '_base_' / 'schedules' / f'{schedule}.py')
    assert config.optim_wrapper.optimizer.lr == base_lr
    assert base_lr in config.grid['lr']
    assert config.auto_scale_lr == dict(base_batch_size=256, enable=True)
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base_lr)
    schedulers = [
        PARAM_SCHEDULERS.build(dict(item, optimizer=optimizer, epoch_length=4)) for item in config.param_scheduler
    ]
    factors = []
    for _ in range(100 * 4):
        factors.append(optimizer.param_groups[0]['lr'] / base_lr)
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    steps = range(10 * 4, 100 * 4)
    assert 0 < factors[0] <= 0.001
    assert factors[20] == pytest.approx(20 / 39, abs=0.01)
    cosine = [0.5 * (1 + math.cos(math.pi * (step - 40) / 359)) for step in steps]
    assert factors[40:] == pytest.approx(cosine, abs=0.01)
