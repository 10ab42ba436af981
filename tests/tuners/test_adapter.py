"""Adapters start as the identity and learn, unless they are asked for the dead start of public code."""

from __future__ import annotations

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor
from torch.testing import assert_close

from mmvpt.models import TunedBackbone

ARCH = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
SCALED = {**VIT, 'layer_scale_init_value': 0.5}


def tuned_vit(config: dict = VIT, **options) -> TunedBackbone:
    torch.manual_seed(0)
    return TunedBackbone(MODELS.build(config), dict(type='Adapter', **options)).double()


def image(batch: int = 2) -> Tensor:
    return torch.randn(batch, 3, 32, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ('reduction', 'params', 'percent'), [(8, 1_779_840, 2.12), (64, 230_544, 0.36), (256, 64_548, 0.16)]
)
def test_parameters_are_those_of_the_vpt_paper(reduction: int, params: int, percent: float) -> None:
    """VPT, Table 12: tuned of all parameters of ViT-B with a head of 100 classes (the paper rounds 0.1646 to 0.17)."""
    tuned = TunedBackbone(
        dict(type='mmpretrain.VisionTransformer', arch='b'), dict(type='Adapter', reduction=reduction)
    )
    assert sum(param.numel() for param in tuned.tuner.parameters()) == params
    head = 769 * 100
    assert round(100 * (params + head) / (85_798_656 + params + head), 2) == percent


@pytest.mark.parametrize('config', [VIT, SCALED], ids=['plain', 'layer scale'])
def test_what_is_adapted_is_what_joins_the_residual_sum(config: dict) -> None:
    tuned = tuned_vit(config)
    adapter, layer = tuned.tuner.adapters[1], tuned.backbone.layers[1]
    torch.nn.init.normal_(adapter.up.weight)
    x = torch.randn(2, 5, 32, dtype=torch.float64)
    middle = x + layer.attn(layer.ln1(x))
    branch = layer.ffn.layers(layer.ln2(middle))
    if config is SCALED:
        branch = branch * layer.ffn.gamma2.weight
    adapted = branch + adapter.up(torch.nn.functional.gelu(adapter.down(branch)))
    assert_close(layer(x), middle + adapted)


def steps(tuned: TunedBackbone, count: int) -> None:
    optimizer = torch.optim.SGD(tuned.tuner.parameters(), lr=0.1)
    for _ in range(count):
        optimizer.zero_grad()
        tuned(image())[-1].square().sum().backward()
        optimizer.step()


def test_up_learns_in_the_first_step_and_down_in_the_second() -> None:
    tuned = tuned_vit().train()
    down = tuned.tuner.adapters[0].down.weight.clone()
    steps(tuned, 1)
    assert tuned.tuner.adapters[0].up.weight.abs().sum() > 0
    assert torch.equal(tuned.tuner.adapters[0].down.weight, down)
    steps(tuned, 1)
    assert not torch.equal(tuned.tuner.adapters[0].down.weight, down)


def test_with_compat_only_the_last_bias_ever_moves() -> None:
    tuned = tuned_vit(compat=True).train()
    steps(tuned, 3)
    moved = {name for name, param in tuned.tuner.named_parameters() if param.abs().sum() > 0}
    assert moved == {'adapters.0.up.bias', 'adapters.1.up.bias'}


@pytest.mark.parametrize('compat', [False, True])
def test_the_start_survives_initialisation_by_the_host(compat: bool) -> None:
    tuned = tuned_vit(compat=compat)
    for param in tuned.tuner.parameters():
        torch.nn.init.ones_(param)
    tuned.init_weights()
    for adapter in tuned.tuner.adapters:
        assert adapter.up.weight.abs().sum() == adapter.up.bias.abs().sum() == 0
        assert (adapter.down.weight.abs().sum() == 0) == compat
        assert not (adapter.down.weight == 1).any()


@pytest.mark.parametrize(
    ('reduction', 'words'),
    [(0, 'reduction must be 1 or more, got 0'), (33, 'VisionTransformer has 32 channels. Take .* at most 32')],
)
def test_a_reduction_that_leaves_nothing_is_refused(reduction: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tuned_vit(reduction=reduction)


def test_a_family_without_feed_forward_networks_is_refused() -> None:
    with pytest.raises(TypeError, match='Adapter needs blocks with a feed-forward network.*mmpretrain.SwinTransformer'):
        TunedBackbone(dict(type='mmpretrain.ResNet', depth=18), dict(type='Adapter'))


def test_of_two_at_one_site_the_second_edits_what_the_first_left() -> None:
    torch.manual_seed(0)
    tuned = TunedBackbone(MODELS.build(VIT), [dict(type='Adapter'), dict(type='Adapter', reduction=4)]).double()
    for name, param in tuned.tuner.named_parameters():
        if name.endswith('up.weight'):
            torch.nn.init.normal_(param)
    (first, *_), (second, *_) = (adapter.adapters for adapter in tuned.tuner)
    x = torch.randn(2, 5, 32, dtype=torch.float64)
    assert_close(tuned.backbone.layers[0].ffn.gamma2(x), second(first(x)))
    assert not torch.allclose(second(first(x)), first(second(x)))
