"""Every showcase config builds, trains two iterations, evaluates and leaves a delta; overrides reduce its sizes."""

from __future__ import annotations

import atexit
import re
import shutil
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import Runner
from mmpretrain.datasets import CIFAR10, CIFAR100
from mmpretrain.models import SwinTransformer, VisionTransformer
from torch import nn

from mmvpt.config import packages
from mmvpt.config.datasets import innermost
from mmvpt.config.find import find_config, list_names
from mmvpt.config.folders import config_root
from mmvpt.datasets.mini_vtab import FORMATS, make_mini_vtab
from mmvpt.datasets.shapes import EXPORTERS, make_shapes
from mmvpt.engine import launch, save_delta
from mmvpt.files.read import read_metadata
from tests.data_makers import (
    make_ade,
    make_cifar10,
    make_cifar100,
    make_coco,
    make_cub,
    make_image_folder,
    make_lists,
    make_vtab,
)

NARROWER = 8  # by how much every width is divided
with_mmdet = pytest.mark.skipif(find_spec('mmdet') is None, reason='needs mmdet')


def read(name: str) -> Config:
    """Read a config of ours, a file or a row."""
    return Config.fromfile(find_config(f'mmvpt::{name}'))


def shrink_vit(vit: ConfigDict) -> int:
    width = VisionTransformer.arch_zoo[vit.arch]['embed_dims'] // NARROWER
    vit.arch = dict(embed_dims=width, num_layers=12, num_heads=2, feedforward_channels=width)
    vit.img_size = 64
    if isinstance(vit.get('out_indices'), tuple):
        vit.out_indices = (2, 5, 8, 11)
    return width


def shrink_swin(swin: ConfigDict) -> int:
    width = SwinTransformer.arch_zoo[swin.arch]['embed_dims'] // NARROWER
    swin.arch = dict(embed_dims=width, depths=[1, 1, 1, 2], num_heads=[1, 1, 2, 2])
    swin.update(img_size=64, window_size=2)
    return 8 * width


def shrink_resnet(resnet: ConfigDict) -> int:
    resnet.update(depth=50, stem_channels=64 // NARROWER, base_channels=64 // NARROWER)
    return 2048 // NARROWER


def shrink_regnet(regnet: ConfigDict) -> int:
    regnet.arch = dict(w0=16, wa=16.0, wm=2.0, group_w=8, depth=6, bot_mul=1.0)  # widths 16, 32, 64, 128
    return 128


def shrink_convnext(convnext: ConfigDict) -> int:
    convnext.arch = dict(depths=[1, 1, 1, 2], channels=[16, 16, 32, 32])
    return 32


def shrink_timm(vit: ConfigDict) -> int:
    width = dict(base=768, small=384)[vit.model.split('_')[1]] // NARROWER
    vit.update(embed_dim=width, num_heads=2, mlp_ratio=1, img_size=64)
    vit.init_values = 1.0  # a random branch scaled by 1e-5, as DINO's are, hardly moves a prompt in two steps
    return width


def shrink_efficientnet(network: ConfigDict) -> int:
    return 1280  # it is small, and timm fixes its widths


#: How to make a backbone small, by the end of its type's name; each returns the width of its last feature map.
SHRINK: dict[str, Callable[[ConfigDict], int]] = {
    'VisionTransformer': shrink_vit,
    'SwinTransformer': shrink_swin,
    'ResNet': shrink_resnet,
    'ResNetV1c': shrink_resnet,
    'RegNet': shrink_regnet,
    'ConvNeXt': shrink_convnext,
    'TimmEfficientNet': shrink_efficientnet,
    'TimmViT': shrink_timm,
}


def shrink(config: Config) -> int:
    backbone = config.model.backbone.backbone
    return SHRINK[backbone.type.rpartition('.')[2]](backbone)


def narrow(part: Any) -> None:
    """Divide the channels of necks and heads."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key.endswith(('channels', 'embed_dim')) and not isinstance(value, dict):
                part[key] = [item // NARROWER for item in value] if isinstance(value, list) else value // NARROWER
            else:
                narrow(value)
    elif isinstance(part, list):
        for item in part:
            narrow(item)


def narrow_model(config: Config) -> None:
    shrink(config)
    for name, part in config.model.items():
        if name != 'backbone':
            narrow(part)


def loaders_of(config: Config) -> list[ConfigDict]:
    return [loader for split in ('train', 'val', 'test') if (loader := config.get(f'{split}_dataloader'))]


def resize(config: Config, **options: Any) -> None:
    """Set options of the steps of the pipelines that have them."""
    for loader in loaders_of(config):
        for step in innermost(loader.dataset).pipeline:
            step.update({key: value for key, value in options.items() if key in step})


def pretrain(config: Config, folder: Path) -> None:
    """Write the base that the config's ``init_cfg`` asks for, as a classifier has it."""
    tuned = config.model.backbone
    backbone = dict(tuned.get('backbone', tuned))
    init_cfg = tuned.get('init_cfg') or backbone.get('init_cfg')
    if init_cfg is None or 'checkpoint' not in init_cfg:
        return
    backbone.pop('init_cfg', None)
    if backbone['type'] == 'mmpretrain.SwinTransformer':
        backbone['out_indices'] = (3,)
    prefix = init_cfg.get('prefix', '')
    init_default_scope(config.default_scope)
    state = {prefix + name: tensor for name, tensor in MODELS.build(backbone).state_dict().items()}
    for name in [name for name in state if name.startswith(f'{prefix}ln2.')]:
        del state[name]  # the norm of averages, which nobody pretrains
    init_cfg.checkpoint = str(folder / 'base.pth')
    torch.save(dict(state_dict=state), init_cfg.checkpoint)


def on_ade20k(config: Config, folder: Path) -> None:
    narrow_model(config)
    resize(config, scale=(256, 64), crop_size=(64, 64))
    config.model.data_preprocessor.size = (64, 64)
    if config.model.test_cfg.mode == 'slide':
        config.model.test_cfg.update(crop_size=(64, 64), stride=(42, 42))
    config.train_cfg.update(max_iters=2, val_interval=2)
    root = make_ade(folder / 'ade', num_images=2, size=64, num_classes=150)
    for loader in loaders_of(config):
        loader.dataset.data_root = str(root)


def on_coco(config: Config, folder: Path) -> None:
    narrow_model(config)
    resize(config, scale=(64, 64))
    config.model.train_cfg.rpn_proposal.update(nms_pre=50, max_per_img=20)
    config.model.test_cfg.rpn.update(nms_pre=50, max_per_img=20)
    config.model.test_cfg.rcnn.update(score_thr=0.0, max_per_img=5)
    config.train_cfg.update(max_epochs=1)
    config.train_dataloader.batch_size = 1
    root = make_coco(folder / 'coco', num_images=2)
    for loader in loaders_of(config):
        loader.dataset.data_root = str(root)
    for evaluator in (config.val_evaluator, config.test_evaluator):
        evaluator.ann_file = str(root / 'annotations' / 'instances_val2017.json')


def classify(config: Config, root: Path) -> None:
    config.model.head.in_channels = shrink(config)
    if 'img_size' in config.model.backbone.tuner:
        config.model.backbone.tuner.img_size = 64
    resize(config, scale=64, crop_size=64)
    config.train_dataloader.batch_size = 2
    config.train_cfg.update(max_epochs=1, val_interval=1)
    for loader in loaders_of(config):
        innermost(loader.dataset).data_root = str(root)


def on_cub(config: Config, folder: Path) -> None:
    classify(config, make_cub(folder / 'cub', num_images=5))  # one is held out, and batch norms want pairs
    if config.param_scheduler[0].start_factor < 1e-6:  # nothing moves in the first epoch
        config.train_dataloader.batch_size = 4
        config.train_cfg.max_epochs = 2


def on_cifar100(config: Config, folder: Path) -> None:
    classify(config, make_cifar100(folder / 'cifar100'))


def on_cifar10(config: Config, folder: Path) -> None:
    classify(config, make_cifar10(folder / 'cifar10'))


def on_long_tail(config: Config, folder: Path) -> None:
    """Images of equally many classes, of which the first few keep some."""
    if config.num_classes == 10:
        classify(config, make_cifar10(folder / 'cifar10', labels=[*range(10)] * 4))
        config.train_dataloader.batch_size = 4
    else:
        classify(config, make_cifar100(folder / 'cifar100', labels=[*range(100)] * 2))
        config.train_dataloader.batch_size = 8


def on_vtab(config: Config, folder: Path) -> None:
    make_vtab(folder / 'vtab', 'cifar', num_images=4)
    classify(config, folder / 'vtab')
    for loader in loaders_of(config):
        loader.dataset.whole = False


def on_lists(config: Config, folder: Path) -> None:
    classify(config, make_lists(folder / 'listed', config.num_classes))


def on_imagenet(config: Config, folder: Path) -> None:
    """A few of ImageNet's classes to train on, and all 200 of the test."""
    make_image_folder(folder / 'imagenet', num_images=2, num_classes=2, splits=('train',))
    for number in range(2, 1000):
        (folder / 'imagenet' / 'train' / f'empty{number}').mkdir()
    classify(config, make_lists(folder / 'listed', config.num_classes))
    config.train_dataloader.dataset.classes = [*range(200)]
    innermost(config.train_dataloader.dataset).data_root = str(folder / 'imagenet')


def relocate(part: Any, place: str, folder: str) -> None:
    """Replace the beginning of paths, however deep they are."""
    for key, value in part.items():
        if isinstance(value, str) and value.startswith(place):
            part[key] = value.replace(place, folder, 1)
        elif isinstance(value, dict):
            relocate(value, place, folder)


def on_shapes(config: Config, folder: Path) -> None:
    roots = (*loaders_of(config), config.val_evaluator, config.test_evaluator)
    (name,) = {name for part in roots for name in re.findall(r"'data/shapes/(\w+)", str(part))}
    half = (len(EXPORTERS[name].classes) + 1) // 2  # all classes show up in two batches
    make_shapes(folder, [name], splits=dict(train=2 * half, val=2 * half))
    for part in roots:
        relocate(part, 'data/shapes', str(folder))
    config.train_dataloader.batch_size = half
    span = 'max_iters' if 'max_iters' in config.train_cfg else 'max_epochs'
    config.train_cfg.update({span: 2 if span == 'max_iters' else 1}, val_interval=1)


SETS_OF_MINI_VTAB = dict(mmpretrain='things', mmseg='segmentation', mmdet='detection')


def on_mini_vtab(config: Config, folder: Path) -> None:
    name = SETS_OF_MINI_VTAB[config.default_scope]
    root, batch = drawn_mini_vtab(name), len(FORMATS[name].classes) // 2  # all classes of a task show up in two batches
    for part in (*loaders_of(config), config.val_evaluator, config.test_evaluator):
        relocate(part, 'data/mini_vtab', str(root))
    config.train_dataloader.batch_size = batch
    span = 'max_iters' if 'max_iters' in config.train_cfg else 'max_epochs'
    config.train_cfg.update({span: 2 if span == 'max_iters' else 1}, val_interval=1)


@cache
def drawn_mini_vtab(name: str) -> Path:
    """A folder of few pictures, drawn once for all configs that read it."""
    root = Path(mkdtemp())
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    number = 2 * (len(FORMATS[name].classes) // 2)
    make_mini_vtab(root, [name], splits=dict.fromkeys(FORMATS[name].splits, number))
    return root


def on_clutter(config: Config, folder: Path) -> None:
    few = dict(forms=('cat', 'fish'), textures=('flat',), ground_textures=('flat',))
    config.train_dataloader.dataset.update(length=8, keep=str(folder / 'clutter'), workers=1, ranges=few)
    config.train_dataloader.update(batch_size=4)
    config.train_cfg.max_iters = 2


REDUCE: dict[str, Callable[[Config, Path], None]] = dict(
    ade20k=on_ade20k,
    coco=on_coco,
    cub=on_cub,
    cifar10=on_cifar10,
    cifar100=on_cifar100,
    lt=on_long_tail,
    a=on_imagenet,
    r=on_imagenet,
    vtab=on_vtab,
    noah=on_vtab,
    shapes=on_shapes,
    mini_vtab=on_mini_vtab,
    clutter=on_clutter,
    **dict.fromkeys(('nabirds', 'flowers', 'dogs', 'cars', 'pets', 'caltech101', 'clothing1m'), on_lists),
)
METRICS = dict(mmseg='mIoU', mmdet='coco/segm_mAP', mmpretrain='accuracy/top1')


def data_of(name: str) -> str:
    """The data of a config, as the end of its name has it; '' where none of ours reduce it."""
    return max((data for data in REDUCE if name.endswith(f'_{data}')), key=len, default='')


def cover(names: list[str]) -> list[str]:
    """Rows of Mini-VTAB, enough that each model and each method is in one; prompts and Pro-tuning come first."""
    pairs = sorted((method not in ('vpt', 'protuning'), name) for name in names for method in [parts_of(name)[1]])
    kept, seen = [], set()
    for _, name in pairs:
        if not seen.issuperset(parts := parts_of(name)):
            kept.append(name)
            seen.update(parts)
    return kept


def parts_of(name: str) -> tuple[str, str]:
    """Model and method of a name."""
    model = next(model for model in MODELS_OF_MINI_VTAB if name.startswith(f'{model}_'))
    return model, name.removeprefix(f'{model}_').removesuffix('_mini_vtab')


MODELS_OF_MINI_VTAB = ('vit-tiny', 'swin-tiny', 'resnet-tiny', 'setr', 'upernet', 'fcn', 'mask_rcnn')
OF_MINI_VTAB = [name for name in list_names() if data_of(name) == 'mini_vtab']
STEPPED = [name for name in list_names() if data_of(name) not in ('', 'mini_vtab')] + cover(OF_MINI_VTAB)
PRETRAININGS = ('scratch_shapes', 'scratch_clutter')
SHOWCASES = [name for name in STEPPED if not name.endswith(PRETRAININGS)]


@pytest.fixture(autouse=True)
def any_cifar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let mmpretrain read other images than the true ones, whose checksums it knows."""
    for name in ('train', 'test'):
        monkeypatch.setattr(CIFAR100, f'{name}_list', [[name, None]])
    monkeypatch.setattr(CIFAR10, 'train_list', [['data_batch_1', None]])
    monkeypatch.setattr(CIFAR10, 'test_list', [['test_batch', None]])


@pytest.mark.parametrize(
    'name',
    [pytest.param(name, marks=with_mmdet if 'rcnn' in name or 'htc' in name else ()) for name in SHOWCASES],
)
def test_a_showcase_trains_evaluates_and_leaves_a_delta(name: str, tmp_path: Path) -> None:
    config = read(name)
    if config.model.backbone.backbone.type.startswith('mmvpt.Timm'):
        pytest.importorskip('timm')
    runner = step(config, data_of(name), tmp_path)
    (delta,) = Path(config.work_dir).glob('*.safetensors')
    trained = sum(param.numel() for param in runner.model.parameters() if param.requires_grad)
    assert read_metadata(delta)['num_trained'] == trained


@pytest.mark.parametrize('name', [name for name in STEPPED if name.endswith(PRETRAININGS)])
def test_a_pretraining_trains_and_evaluates(name: str, tmp_path: Path) -> None:
    step(read(name), data_of(name), tmp_path)


def step(config: Config, data: str, tmp_path: Path) -> Runner:
    """Train for two iterations and evaluate."""
    REDUCE[data](config, tmp_path)
    pretrain(config, tmp_path)
    for loader in loaders_of(config):
        loader.update(num_workers=0, persistent_workers=False)
    config.work_dir = str(tmp_path / 'work')
    config.experiment_name = uuid4().hex
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.iter == 2
    scaling = config.get('auto_scale_lr') or {}
    if scaling.get('enable'):
        scaled = config.optim_wrapper.optimizer.lr * config.train_dataloader.batch_size / scaling.base_batch_size
        parts = config.optim_wrapper.get('paramwise_cfg') or {}
        multipliers = [1.0, *(part['lr_mult'] for part in parts.values() if 'lr_mult' in part)]
        for group in runner.optim_wrapper.optimizer.param_groups:
            assert any(group['initial_lr'] == pytest.approx(scaled * multiplier) for multiplier in multipliers)
    if config.get('val_dataloader'):
        assert 0 <= runner.message_hub.get_scalar(f'val/{METRICS[config.default_scope]}').current() <= 100
    return runner


@with_mmdet
@pytest.mark.parametrize('name', [name for name in SHOWCASES if name.endswith('coco')])
def test_a_detector_with_broken_operators_stops_with_the_commands(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, 'missing_ops', lambda: '_ext.so: undefined symbol')
    with pytest.raises(ImportError, match=f"(?s){name}.py needs mmdet, .* do not load .* torchvision's .* again: "):
        launch.train(f'mmvpt::{name}')


@with_mmdet
def test_dense_systems_are_trained_as_long_as_in_the_paper() -> None:
    """Pro-tuning, Tables 5 and 6: 12 epochs on COCO, 80k steps on ADE20K."""
    for system in ('cascade_mask_rcnn', 'cascade_mask_rcnn_swin-b', 'htc'):
        assert read(f'{system}_protuning_coco').train_cfg.max_epochs == 12
    for system in ('fcn', 'upernet'):
        assert read(f'{system}_protuning_ade20k').train_cfg.max_iters == 80_000


@pytest.mark.parametrize('name', [name for name in SHOWCASES if '_scratch_' in name])
def test_training_from_scratch_differs_from_fine_tuning_by_the_file_alone(name: str) -> None:
    scratch = read(name).model
    tuned = read(name.replace('scratch', 'full')).model
    assert tuned.backbone.pop('init_cfg').checkpoint.startswith('pretrain/')
    assert scratch.backbone.pop('init_cfg') is None
    assert scratch == tuned


def test_setr_is_evaluated_at_many_scales_and_flipped_and_draws_what_it_sees(tmp_path: Path) -> None:
    config = read('setr_vpt_ade20k')
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
    counts = count(read(f'setr_{method}_ade20k'))
    assert counts['decode_head'] == 4_171_414
    assert counts['auxiliary_head'] == 3 * 2_990_742
    assert counts['backbone'] == backbone


@pytest.mark.parametrize(
    ('method', 'backbone'),
    [('linear', 0), ('vpt', 92_160), ('vpt_shallow', 76_800), ('bias', 102_912), ('full', 85_798_656)],
)
def test_vit_on_cub_trains_the_parameters_of_the_paper(method: str, backbone: int) -> None:
    """VPT, Tables 12 and 14: 10 deep prompts, 100 shallow ones, biases, everything."""
    counts = count(read(f'vit_{method}_cub'))
    assert counts['backbone'] == backbone
    assert counts['head'] == 768 * 200 + 200


def test_fragments_hold_no_model_so_that_any_can_be_composed() -> None:
    for path in (config_root() / '_base_').glob('[!m]*/*.py'):
        assert 'model' not in Config.fromfile(path), path
