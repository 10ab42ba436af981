"""What is measured is what happens."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mmvpt.analysis.measure import count_flops, median_seconds, saved_bytes
from mmvpt.models import TunedBackbone

VIT = dict(type='mmpretrain.VisionTransformer')
SWIN = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 1, 1]),
    window_size=7,
)


def test_operations_are_counted_two_for_a_multiply_add() -> None:
    linear = nn.Linear(8, 4)
    assert count_flops(lambda: linear(torch.zeros(3, 8))) == 2 * 3 * 8 * 4


def test_prompts_of_a_swin_cost_keys_and_values_whatever_the_batch() -> None:
    plain, prompted = (
        TunedBackbone(SWIN, tuner).eval()
        for tuner in (dict(type='LinearProbe'), dict(type='DeepPrompts', num_tokens=5))
    )
    blocks = [(16, 64), (32, 16), (64, 4), (128, 1)]  # widths and windows of 7 x 7 at 224 pixels
    projections = sum(2 * 5 * width * 2 * width for width, _ in blocks)
    attention = sum(2 * 2 * windows * 49 * 5 * width for width, windows in blocks)
    for batch in (1, 3):
        image = torch.zeros(batch, 3, 224, 224)
        extra = count_flops(lambda image=image: prompted(image)) - count_flops(lambda image=image: plain(image))
        assert extra == projections + batch * attention


def test_a_storage_that_is_kept_twice_counts_once_and_weights_do_not() -> None:
    linear = nn.Linear(8, 4, bias=False)
    x = torch.zeros(3, 8)
    assert saved_bytes(lambda: linear(x) + linear(x), [linear]) == 4 * 3 * 8


@pytest.mark.parametrize(
    ('backbone', 'share'), [(dict(VIT, arch='b'), 1.0112), (dict(SWIN, arch='base'), 1.0151)], ids=['ViT-B', 'Swin-B']
)
def test_e2vpt_costs_less_than_three_percent_of_a_forward_even_for_one_image(backbone: dict, share: float) -> None:
    """10 prompts and 5 key-value prompts (docs/results/benchmark.md); a batch shares the projections of the prompts."""
    tuners = ([dict(type='DeepPrompts', num_tokens=10), dict(type='KeyValuePrompts')], dict(type='LinearProbe'))
    image = torch.empty(1, 3, 224, 224, device='meta')
    tuned, plain = (TunedBackbone(backbone, tuner).eval().to('meta') for tuner in tuners)
    ratio = count_flops(lambda: tuned(image)) / count_flops(lambda: plain(image))
    assert ratio == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize(('batch', 'share'), [(1, 1.0654), (8, 1.0258), (80, 1.0207)])
def test_fifty_prompts_of_swin_b_cost_less_than_three_percent_of_a_batch(batch: int, share: float) -> None:
    """As docs/results/benchmark.md has it; the VPT paper trains Swin-B with batches of 80 (Table 9)."""
    tuners = (dict(type='DeepPrompts', num_tokens=50), dict(type='LinearProbe'))
    image = torch.empty(batch, 3, 224, 224, device='meta')
    tuned, plain = (TunedBackbone(dict(SWIN, arch='base'), tuner).eval().to('meta') for tuner in tuners)
    ratio = count_flops(lambda: tuned(image)) / count_flops(lambda: plain(image))
    assert ratio == pytest.approx(share, abs=5e-5)


def test_key_value_prompts_cost_what_the_queries_do_with_them() -> None:
    arch = dict(embed_dims=32, num_layers=3, num_heads=2, feedforward_channels=64)
    image = torch.zeros(2, 3, 32, 32)
    tuners = (dict(type='KeyValuePrompts', num_tokens=5), dict(type='LinearProbe'))
    tuned, plain = (TunedBackbone(dict(VIT, arch=arch, img_size=32, patch_size=8), tuner).eval() for tuner in tuners)
    extra = count_flops(lambda: tuned(image)) - count_flops(lambda: plain(image))
    assert extra == 3 * 2 * (2 * 2 * 17 * 5 * 32)  # blocks, images, two products of 17 queries with 5 keys


def test_time_is_that_of_the_clock() -> None:
    ticks = iter(range(100))
    assert median_seconds({'a': lambda: None, 'b': lambda: next(ticks)}, 3, clock=lambda: next(ticks)) == {
        'a': 1,
        'b': 2,
    }
