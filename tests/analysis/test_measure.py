"""What is measured is what happens."""

from __future__ import annotations

import torch
from torch import nn

from mmvpt.analysis.measure import count_flops, saved_bytes
from mmvpt.models import TunedBackbone

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
