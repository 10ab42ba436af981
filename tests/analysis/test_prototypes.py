"""Class prototypes: the averages they say they are, and a file that is not mistaken for another."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DATASETS, init_default_scope
from torch import Tensor, nn
from torch.testing import assert_close

import mmvpt.analysis.prototypes
from mmvpt.analysis.prototypes import cluster, compute_prototypes
from mmvpt.engine import apply_delta, delta_state_dict
from mmvpt.files.prototypes import Prototypes, read_prototypes
from mmvpt.files.write import write_safetensors
from mmvpt.registry import MODELS
from tests.engine.tiny import PREPROCESS, cls_config, make_runner, seg_config, train, write_base

SWIN = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2]),
    img_size=32,
    window_size=2,
    pad_small_map=True,
)


def with_backbone(config: Config, folder: Path, backbone: dict) -> Config:
    """The config with another backbone, whose weights are in a file."""
    torch.manual_seed(1)
    model = MODELS.build(backbone)
    model.init_weights()
    torch.save(model.state_dict(), folder / 'other.pth')
    config.model.backbone.backbone = dict(
        backbone, init_cfg=dict(type='Pretrained', checkpoint=str(folder / 'other.pth'))
    )
    return config


def images_by_class(config: Config) -> dict[int, list[Tensor]]:
    """Images of the training split as tests see them, normalised by hand."""
    init_default_scope('mmpretrain')
    dataset = {**config.train_dataloader.dataset, 'pipeline': config.test_dataloader.dataset.pipeline}
    mean, std = (torch.tensor(PREPROCESS[key]).view(3, 1, 1) for key in ('mean', 'std'))
    found: dict[int, list[Tensor]] = {}
    for item in DATASETS.build(dataset):
        found.setdefault(int(item['data_samples'].gt_label), []).append((item['inputs'].flip(0) - mean) / std)
    return found


@torch.no_grad()
def places_of_vit(vit: nn.Module, image: Tensor) -> list[Tensor]:
    """The class token before each layer, and after the norm at the end."""
    patches, _ = vit.patch_embed(image[None])
    x = vit.pos_embed + torch.cat([vit.cls_token, patches], dim=1)
    places = []
    for layer in vit.layers:
        places.append(x[0, 0])
        x = layer(x)
    return [*places, vit.ln1(x)[0, 0]]


@torch.no_grad()
def places_of_swin(swin: nn.Module, image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The mean of the tokens before and after each block; the last one behind the norm."""
    x, grid = swin.patch_embed(image[None])
    before, after = [], []
    for stage in swin.stages:
        for block in stage.blocks:
            before.append(x[0].mean(0))
            x = block(x, grid)
            after.append(x[0].mean(0))
        if stage.downsample:
            x, grid = stage.downsample(x, grid)
    return before, [*after[:-1], swin.norm3(x)[0].mean(0)]


def test_prototypes_are_class_tokens_averaged_by_class(tmp_path: Path) -> None:
    config = cls_config(tmp_path, tuner=[dict(type='mmvpt.DeepPrompts'), dict(type='mmvpt.BiasTuning')])
    found = compute_prototypes(config, device='cpu')
    vit = MODELS.build(config.model.backbone.backbone)
    vit.init_weights()
    vit.eval()
    means = torch.stack(
        [
            torch.stack([torch.stack(places_of_vit(vit, image)) for image in images]).mean(0)
            for _, images in sorted(images_by_class(config).items())
        ]
    )
    assert (found.number, found.num_blocks, found.meta['num_images']) == (3, 2, 12)
    for place, expected in {'input': means[:, :2], 'output': means[:, 1:]}.items():
        for block in range(2):
            assert_close(found.of(place, block, 32), expected[:, block])
    assert_close(found.of('final', 0, 32), means[:, 2])
    assert found.meta['classes'] == [['class0'], ['class1'], ['class2']]
    assert found.meta['data']['type'] == 'CustomDataset'
    assert found.meta['data']['pipeline'] == ['LoadImageFromFile', 'PackInputs']


def test_of_a_swin_they_are_means_of_patches_with_the_width_of_each_stage(tmp_path: Path) -> None:
    config = with_backbone(cls_config(tmp_path), tmp_path, SWIN)
    found = compute_prototypes(config, device='cpu')
    swin = MODELS.build(config.model.backbone.backbone)
    swin.init_weights()
    swin.eval()
    places = [
        [places_of_swin(swin, image) for image in images] for _, images in sorted(images_by_class(config).items())
    ]
    for block, width in enumerate((16, 32, 64, 128)):
        for side, place in enumerate(('input', 'output')):
            expected = torch.stack([torch.stack([image[side][block] for image in images]).mean(0) for images in places])
            assert_close(found.of(place, block, width), expected)
    with pytest.raises(ValueError, match=r"width 128 for block 0 \('final'\), whose prompts have width 16.*'input' or"):
        found.of('final', 0, 16)


def test_fewer_prototypes_than_classes_are_means_of_clusters(tmp_path: Path) -> None:
    config = cls_config(tmp_path)
    every = compute_prototypes(config, device='cpu')
    two = compute_prototypes(config, number=2, device='cpu')
    assert two.number == 2
    names = [name for (name,) in every.meta['classes']]
    assert sorted(name for group in two.meta['classes'] for name in group) == names
    for name, tensor in two.tensors.items():
        for row, group in zip(tensor, two.meta['classes'], strict=True):
            assert_close(row, every.tensors[name][[names.index(each) for each in group]].mean(0))


def test_more_classes_than_the_paper_has_prototypes_are_clustered(tmp_path: Path, monkeypatch) -> None:
    """Footnote 7: k-means with k = 200."""
    assert mmvpt.analysis.prototypes.MOST == 200
    monkeypatch.setattr(mmvpt.analysis.prototypes, 'MOST', 2)
    assert compute_prototypes(cls_config(tmp_path), device='cpu').number == 2
    assert compute_prototypes(cls_config(tmp_path), number=3, device='cpu').number == 3


def test_k_means_finds_clusters_that_lie_apart_and_repeats_itself() -> None:
    generator = torch.Generator().manual_seed(0)
    centres = 100 * torch.randn(20, 8, generator=generator, dtype=torch.double)
    truth = torch.randperm(300, generator=generator) % 20
    points = centres[truth] + torch.randn(300, 8, generator=generator, dtype=torch.double)
    groups = cluster(points, 20, seed=1)
    assert all(len(truth[groups == group].unique()) == 1 for group in range(20))
    assert torch.equal(cluster(points, 20, seed=1), groups)


@pytest.mark.parametrize('points', [torch.randn(9, 4), torch.zeros(9, 4)], ids=['apart', 'all in one place'])
def test_no_cluster_is_empty(points: Tensor) -> None:
    for number in (1, 4, 8):
        assert torch.bincount(cluster(points, number), minlength=number).min() >= 1
    assert cluster(points, 9).tolist() == list(range(9))


def test_each_point_is_in_the_cluster_with_the_nearest_mean() -> None:
    points = torch.randn(200, 5, generator=torch.Generator().manual_seed(0), dtype=torch.double)
    groups = cluster(points, 7)
    means = torch.stack([points[groups == group].mean(0) for group in range(7)])
    assert torch.equal(torch.cdist(points, means).argmin(1), groups)


def test_a_written_file_reads_back_and_the_same_pass_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ('one', 'two'):
        compute_prototypes(cls_config(tmp_path), device='cpu').write(tmp_path / name)
    assert (tmp_path / 'one').read_bytes() == (tmp_path / 'two').read_bytes()
    found, back = compute_prototypes(cls_config(tmp_path), device='cpu'), read(tmp_path / 'one', tmp_path)
    assert_close(dict(back.tensors), dict(found.tensors), rtol=0, atol=0)
    assert back.meta['base'] == found.meta['base']


def read(path: Path, folder: Path) -> Prototypes:
    return read_prototypes(path.rename(folder / 'prototypes.safetensors'))


def test_a_missing_file_is_answered_with_the_command_that_makes_it(tmp_path: Path) -> None:
    path = tmp_path / 'none.safetensors'
    command = re.escape(f'python tools/prototypes.py CONFIG --out {path}')
    with pytest.raises(FileNotFoundError, match=rf'No prototypes at .*{command}'):
        read_prototypes(path)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    write_safetensors(tmp_path / 'delta.safetensors', {'a': torch.zeros(1)}, {})
    with pytest.raises(ValueError, match='delta.safetensors holds no prototypes'):
        read_prototypes(tmp_path / 'delta.safetensors')


def test_prototypes_of_another_width_or_depth_are_refused(tmp_path: Path) -> None:
    found = compute_prototypes(cls_config(tmp_path), device='cpu')
    with pytest.raises(ValueError, match='prototypes of width 32 for block 1 .* whose prompts have width 64'):
        found.of('input', 1, 64)
    with pytest.raises(ValueError, match='of a backbone of 2 blocks; this one has a block 2'):
        found.of('input', 2, 32)


@pytest.mark.parametrize('number', [0, 4])
def test_an_impossible_number_is_refused(tmp_path: Path, number: int) -> None:
    with pytest.raises(ValueError, match=f'{number} prototypes of 3 classes. There can be 1 to 3'):
        compute_prototypes(cls_config(tmp_path), number=number, device='cpu')


def test_a_class_without_images_is_named(tmp_path: Path) -> None:
    config = cls_config(tmp_path)
    config.train_dataloader.dataset.indices = 8  # of 12, in the order of the classes
    with pytest.raises(ValueError, match='No image of the training split is of class2: 1 of 3 classes'):
        compute_prototypes(config, device='cpu')


def test_a_random_base_is_refused(tmp_path: Path) -> None:
    config = cls_config(tmp_path)
    del config.model.backbone.backbone.init_cfg
    with pytest.raises(ValueError, match='has no init_cfg of type Pretrained, so its base would be random'):
        compute_prototypes(config, device='cpu')


def test_a_plain_backbone_is_refused(tmp_path: Path) -> None:
    config = cls_config(tmp_path)
    config.model.backbone = config.model.backbone.backbone
    with pytest.raises(ValueError, match='the base of a TunedBackbone, and the config has none'):
        compute_prototypes(config, device='cpu')


def test_a_backbone_without_tokens_is_refused(tmp_path: Path) -> None:
    resnet = dict(type='mmpretrain.ResNet', depth=18, base_channels=8, stem_channels=8)
    with pytest.raises(TypeError, match='ClassPrototypes needs blocks that tokens travel through.*in ResNet'):
        config = cls_config(tmp_path, tuner=dict(type='mmvpt.LinearProbe'))
        compute_prototypes(with_backbone(config, tmp_path, resnet), device='cpu')


def test_a_config_without_labels_of_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='one label for each image. Take the config of a classifier'):
        compute_prototypes(seg_config(tmp_path), device='cpu')


def test_repeated_data_count_once(tmp_path: Path) -> None:
    config = cls_config(tmp_path)
    once = compute_prototypes(config, device='cpu')
    config.train_dataloader.dataset = dict(type='RepeatDataset', times=3, dataset=config.train_dataloader.dataset)
    thrice = compute_prototypes(config, device='cpu')
    assert thrice.meta['num_images'] == 12
    assert_close(dict(thrice.tensors), dict(once.tensors))


def test_augmented_images_give_other_prototypes_and_the_same_seed_the_same(tmp_path: Path) -> None:
    config = cls_config(tmp_path)
    plain, first, second = (
        compute_prototypes(config, augment=augment, device='cpu') for augment in (False, True, True)
    )
    assert 'RandomResizedCrop' in first.meta['data']['pipeline']
    assert_close(first.of('final', 0, 32), second.of('final', 0, 32), rtol=0, atol=0)
    assert not torch.allclose(first.of('input', 1, 32), plain.of('input', 1, 32))


def test_the_tool_writes_the_file_that_prompts_read(tmp_path: Path, monkeypatch, capsys) -> None:
    cls_config(tmp_path).dump(tmp_path / 'config.json')
    tool = Path(__file__).resolve().parents[2] / 'tools' / 'prototypes.py'
    out = tmp_path / 'new' / 'prototypes.safetensors'
    monkeypatch.setattr(sys, 'argv', [tool.name, str(tmp_path / 'config.json'), '--number', '2', '--out', str(out)])
    runpy.run_path(str(tool), run_name='__main__')
    assert read_prototypes(out).number == 2
    assert '2 prototypes of 12 images, at each of 2 blocks' in capsys.readouterr().out


@pytest.fixture
def statistics(tmp_path: Path) -> Path:
    """A file of prototypes of the classifier in the folder."""
    path = tmp_path / 'prototypes.safetensors'
    compute_prototypes(cls_config(tmp_path), device='cpu').write(path)
    return path


def prompted(folder: Path, **options: object) -> nn.Module:
    """A classifier whose prompts start from the file in the folder."""
    tuner = dict(type='mmvpt.DeepPrompts', num_tokens=3, prototypes=str(folder / 'prototypes.safetensors'))
    return MODELS.build(cls_config(folder, tuner={**tuner, **options}).model)


@pytest.mark.parametrize('place', ['final', 'input', 'output'])
def test_prompts_start_from_the_prototypes_of_their_place(tmp_path: Path, statistics: Path, place: str) -> None:
    model = prompted(tmp_path, prototypes_of=place)
    model.init_weights()
    found = read_prototypes(statistics)
    for block, prompts in enumerate(model.backbone.tuner.prompts):
        assert_close(prompts.detach(), found.of(place, block, 32), rtol=0, atol=0)
        assert prompts.requires_grad


def test_prompts_of_the_last_blocks_fixed_ones_and_shallow_ones_start_there_too(
    tmp_path: Path, statistics: Path
) -> None:
    found = read_prototypes(statistics)
    last, fixed = prompted(tmp_path, start=-1, prototypes_of='input'), prompted(tmp_path, learn=False)
    shallow = prompted(tmp_path, type='mmvpt.ShallowPrompts')
    pruned = prompted(tmp_path, keep=[dict(tokens=[0, 2]), None])
    for model in (last, fixed, shallow, pruned):
        model.init_weights()
    first = [model.backbone.tuner.prompts[0].detach() for model in (last, fixed, shallow, pruned)]
    final = found.of('final', 0, 32)
    for ours, expected in zip(first, [found.of('input', 1, 32), final, final, final[[0, 2]]], strict=True):
        assert_close(ours, expected, rtol=0, atol=0)


def test_a_delta_needs_no_prototypes(tmp_path: Path, statistics: Path) -> None:
    model = prompted(tmp_path)
    model.init_weights()
    nn.init.normal_(model.backbone.tuner.prompts[0])
    delta = delta_state_dict(model)
    statistics.unlink()
    other = prompted(tmp_path)
    apply_delta(other, delta)
    assert torch.equal(other.backbone.tuner.prompts[0], model.backbone.tuner.prompts[0])
    with pytest.raises(FileNotFoundError, match='Compute them from the training split: python tools/prototypes.py'):
        prompted(tmp_path).init_weights()


def test_a_run_starts_from_them_and_is_evaluated_without_them(tmp_path: Path, statistics: Path) -> None:
    tuner = dict(type='mmvpt.DeepPrompts', num_tokens=3, prototypes=str(statistics))
    config = cls_config(tmp_path, tuner=tuner)
    trained = train(config)
    statistics.unlink()
    config.load_from = str(tmp_path / 'work' / 'epoch_2.safetensors')
    runner = make_runner(config)
    runner.test()
    ours, theirs = (model.backbone.tuner.prompts[0].detach() for model in (runner.model, trained.model))
    assert torch.equal(ours, theirs)


def test_class_tokens_drawn_anew_leave_the_base_the_same(tmp_path: Path, statistics: Path) -> None:
    tuner = [
        dict(type='mmvpt.ClsTokenTuning', reinit=True),
        dict(type='mmvpt.DeepPrompts', num_tokens=3, prototypes=str(statistics)),
        dict(type='mmvpt.BiasTuning'),
    ]
    model = MODELS.build(cls_config(tmp_path, tuner=tuner).model)
    model.init_weights()
    assert_close(
        list(model.backbone.tuner)[1].prompts[0].detach(),
        read_prototypes(statistics).of('final', 0, 32),
        rtol=0,
        atol=0,
    )


def test_prototypes_of_another_base_are_refused(tmp_path: Path, statistics: Path) -> None:
    write_base(tmp_path / 'base.pth', seed=5)
    with pytest.raises(ValueError, match='holds prototypes of another base. Fingerprint .* by init_cfg and not by lo'):
        prompted(tmp_path).init_weights()


def test_another_number_of_prompts_is_refused(tmp_path: Path, statistics: Path) -> None:
    with pytest.raises(ValueError, match=r'has 3 prototypes, for num_tokens=5 prompts. Set num_tokens=3, .*--number 5'):
        prompted(tmp_path, num_tokens=5).init_weights()


def test_a_backbone_of_another_width_is_refused(tmp_path: Path, statistics: Path) -> None:
    tuner = dict(type='mmvpt.DeepPrompts', num_tokens=3, prototypes=str(statistics))
    model = MODELS.build(with_backbone(cls_config(tmp_path, tuner=tuner), tmp_path, SWIN).model)
    with pytest.raises(ValueError, match='prototypes of width 32 for block 0 .* whose prompts have width 16'):
        model.init_weights()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(share='inter'), 'prototypes needs prompts of their own for each block'),
        (dict(projected_dim=8), 'at full width: no share, no projected_dim'),
        (dict(prototypes_of='middle'), "prototypes_of='middle' is unknown. There are final, input, output."),
    ],
)
def test_options_that_prototypes_cannot_meet_are_refused(tmp_path: Path, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prompted(tmp_path, **options)
