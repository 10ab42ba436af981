"""Tuners that add nothing name what trains, as each paper counts it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from mmengine.registry import MODELS

from mmvpt.engine import apply_delta, delta_state_dict
from mmvpt.models import TunedBackbone

RESNET = dict(type='mmpretrain.ResNet', depth=50)
DEIT = dict(type='mmpretrain.VisionTransformer', arch='deit-s')
SWIN = dict(type='mmpretrain.SwinTransformer', arch='small')
VIT = dict(type='mmpretrain.VisionTransformer', arch='b')


@pytest.mark.parametrize(
    ('config', 'tuner', 'classes', 'millions'),
    [
        (RESNET, dict(blocks=1), 2049 * 120, 4.708),
        (RESNET, dict(blocks=2), 2049 * 120, 9.171),
        (DEIT, dict(modules=['layers.11.ffn']), 385 * 120, 1.228),
        (DEIT, dict(blocks=1), 385 * 120, 1.821),
        (SWIN, dict(modules=['stages.3.blocks.1.ffn.layers.1']), 769 * 120, 2.452),
        (SWIN, dict(modules=['stages.3.blocks.1.ffn']), 769 * 120, 4.815),
    ],
)
def test_partial_tuning_counts_as_the_pro_tuning_paper(config, tuner, classes, millions) -> None:
    """Partial-1 and Partial-2 of Table 2, with its head of 120 classes."""
    tuned = TunedBackbone(config, dict(type='PartialTuning', **tuner))
    trained = sum(param.numel() for param in tuned.parameters() if param.requires_grad)
    assert round((trained + classes) / 1e6, 3) == millions


def test_what_trains_is_in_train_mode_and_the_rest_is_not() -> None:
    tuned = TunedBackbone(RESNET, dict(type='PartialTuning', blocks=1)).train()
    assert tuned.backbone.layer4[2].bn1.training
    assert not tuned.backbone.layer4[1].bn1.training
    assert not tuned.backbone.training


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(), 'Give blocks=1 or more'),
        (dict(blocks=-1), 'Give blocks=1 or more'),
        (dict(blocks=17), 'ResNet has 16 blocks that mmvpt knows'),
        (dict(modules=['layer4.7.conv1']), "no module 'layer4.7.conv1'. In 'layer4' there are: 0, 1, 2."),
        (dict(modules=['layer9']), "no module 'layer9'. In 'its top level' there are: conv1, bn1"),
    ],
)
def test_bad_options_are_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TunedBackbone(RESNET, dict(type='PartialTuning', **options))


@pytest.mark.parametrize(
    ('config', 'tuner', 'params'),
    [
        (VIT, dict(blocks=1, train_norm=True), 7_089_408),
        ({**SWIN, 'arch': 'base'}, dict(blocks=1, train_norm=True), 12_603_680),
        (RESNET, dict(blocks=1), 4_462_592),
        (dict(type='mmpretrain.ConvNeXt', arch='base'), dict(blocks=1, train_norm=True), 8_448_000 + 2048),
    ],
)
def test_partial_1_counts_as_the_vpt_paper(config: dict, tuner: dict, params: int) -> None:
    """Partial-1 of Tables 12, 2 and 6 without the head: ViT-B, Swin-B, ResNet-50, ConvNeXt-B."""
    assert trained(dict(type='PartialTuning', **tuner), config) == params


def trained(tuner: dict, config: dict) -> int:
    tuned = TunedBackbone(config, tuner)
    return sum(param.numel() for param in tuned.parameters() if param.requires_grad)


@pytest.mark.parametrize(
    ('config', 'which', 'params'),
    [
        (VIT, 'all', 25 * 2 * 768),
        (VIT, 'blocks', 24 * 2 * 768),
        (VIT, 'output', 2 * 768),
        (RESNET, 'all', 53_120),  # twice the 26,560 biases of its batch norms
    ],
)
def test_norm_tuning_trains_two_numbers_for_each_channel(config: dict, which: str, params: int) -> None:
    assert trained(dict(type='NormTuning', which=which), config) == params


def test_batch_norms_that_are_tuned_keep_their_statistics() -> None:
    resnet = dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8)
    tuned = TunedBackbone(resnet, dict(type='NormTuning')).train()
    before = tuned.backbone.bn1.running_mean.clone()
    tuned(torch.randn(2, 3, 32, 32))[-1].sum().backward()
    assert torch.equal(tuned.backbone.bn1.running_mean, before)
    assert tuned.backbone.bn1.weight.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ('which', 'words'),
    [('some', 'There are: all, blocks, output'), ('output', 'knows no such norm .* in ResNet. Choose another')],
)
def test_norm_tuning_refuses_what_it_does_not_find(which: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        trained(dict(type='NormTuning', which=which), RESNET)


@pytest.mark.parametrize(('family', 'params'), [('VisionTransformer', 768), ('DistilledVisionTransformer', 2 * 768)])
def test_class_token_tuning_trains_the_distillation_token_too(family: str, params: int) -> None:
    config = dict(type=f'mmpretrain.{family}', arch='b')
    assert trained(dict(type='ClsTokenTuning'), config) == params


@pytest.mark.parametrize(
    'config', [RESNET, SWIN, {**VIT, 'with_cls_token': False, 'out_type': 'avg_featmap'}], ids=lambda c: c['type']
)
def test_class_token_tuning_wants_a_class_token(config: dict) -> None:
    with pytest.raises(TypeError, match='ClsTokenTuning needs a class token.*mmpretrain.ViTEVA02'):
        trained(dict(type='ClsTokenTuning'), config)


@pytest.fixture
def base(tmp_path: Path) -> dict:
    """Config of a tiny ViT with a file of weights whose class token is far from zero."""
    arch = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
    config = dict(type='mmpretrain.DistilledVisionTransformer', arch=arch, img_size=32, patch_size=8, out_type='raw')
    torch.manual_seed(0)
    backbone = MODELS.build(config)
    for token in (backbone.cls_token, backbone.dist_token):
        torch.nn.init.ones_(token)
    torch.save(backbone.state_dict(), tmp_path / 'base.pth')
    return {**config, 'init_cfg': dict(type='Pretrained', checkpoint=str(tmp_path / 'base.pth'))}


def test_class_tokens_are_drawn_anew_next_to_zero_and_only_where_asked(base: dict) -> None:
    fresh = TunedBackbone(base, dict(type='ClsTokenTuning', reinit=True))
    kept = TunedBackbone(base, dict(type='ClsTokenTuning'))
    for tuned in (fresh, kept):
        tuned.init_weights()
    for name, param in kept.backbone.named_parameters():
        other = fresh.backbone.get_parameter(name)
        if name in ('cls_token', 'dist_token'):
            assert torch.equal(param, torch.ones_like(param))
            assert 0 < other.abs().max() < 1e-5
        else:
            assert torch.equal(param, other), name
    fresh.tuner.merge()  # refuses what a plain backbone cannot hold


def test_a_delta_brings_class_tokens_back_that_were_drawn_anew(base: dict) -> None:
    tuner = [dict(type='ClsTokenTuning', reinit=True), dict(type='DeepPrompts', num_tokens=3)]
    model, other = TunedBackbone(base, tuner), TunedBackbone(base, tuner)
    model.init_weights()
    torch.nn.init.normal_(model.backbone.cls_token)
    apply_delta(other, delta_state_dict(model))
    assert torch.equal(other.backbone.cls_token, model.backbone.cls_token)
    image = torch.randn(2, 3, 32, 32)
    assert torch.equal(other.eval()(image)[-1], model.eval()(image)[-1])


def test_a_copy_draws_its_own_class_token_anew(base: dict) -> None:
    model = TunedBackbone(base, dict(type='ClsTokenTuning', reinit=True))
    twin = copy.deepcopy(model)
    token = model.backbone.cls_token.detach().clone()
    twin.tuner.reset()
    assert torch.equal(model.backbone.cls_token, token)
    assert not torch.equal(twin.backbone.cls_token, token)
