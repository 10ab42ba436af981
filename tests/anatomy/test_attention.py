"""Adopted attention equals the original, and what would change silently is refused."""

from __future__ import annotations

import copy

import pytest
import torch
from mmcv.cnn.bricks.transformer import MultiheadAttention as MMCVAttention
from mmpretrain.models.utils import BEiTAttention, MultiheadAttention
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.anatomy import adopt

ORIGINALS = [
    pytest.param(MultiheadAttention(32, 2), id='ViT'),
    pytest.param(MultiheadAttention(32, 2, qkv_bias=False, layer_scale_init_value=0.1), id='ViT, no bias, layer scale'),
    pytest.param(BEiTAttention(32, 2, window_size=(4, 4), use_rel_pos_bias=True), id='BEiT'),
    pytest.param(BEiTAttention(32, 2, window_size=None, use_rel_pos_bias=False, bias=True), id='BEiT, no position'),
    pytest.param(MMCVAttention(32, 2, batch_first=True), id='MMCV'),
    pytest.param(MMCVAttention(32, 2, batch_first=True, bias=False), id='MMCV, no bias'),
]


def randomised(attention: nn.Module) -> nn.Module:
    attention = copy.deepcopy(attention).double().eval()
    torch.manual_seed(0)
    for param in attention.parameters():
        nn.init.normal_(param, std=0.2)
    return attention


@pytest.mark.parametrize('original', ORIGINALS)
def test_without_sources_the_function_and_the_keys_are_the_original(original: nn.Module) -> None:
    original, adopted = randomised(original), randomised(original)
    keys = adopted.state_dict().keys()
    adopt(adopted)
    x = torch.randn(2, 17, 32, dtype=torch.float64)
    assert_close(adopted(x), original(x), rtol=0, atol=1e-12)
    assert adopted.state_dict().keys() == keys == original.state_dict().keys()
    assert isinstance(adopted, type(original))


@pytest.mark.parametrize('original', ORIGINALS)
def test_sources_join_the_softmax_without_a_position(original: nn.Module) -> None:
    adopted = adopt(randomised(original))
    x, extra = torch.randn(2, 17, 32, dtype=torch.float64), torch.randn(3, 32, dtype=torch.float64)
    shared = adopted.keys_values(extra)
    adopted.sources.append(lambda batch: shared)
    joined = torch.cat([x, extra.expand(2, -1, -1)], dim=1)  # as tokens, of which only the first 17 are queries
    queries, keys, values = adopted.project(joined, start=0, parts=3)
    logits = queries[:, :, :17] @ keys.transpose(-1, -2) / 4
    bias = adopted.position_bias() if hasattr(adopted, 'position_bias') else None
    if bias is not None:
        logits[..., :17] += bias
    expected = (logits.softmax(-1) @ values).transpose(1, 2).flatten(2)
    assert_close(adopted.attend(x, dropout=0.0, bias=bias), expected, rtol=0, atol=1e-12)


def test_adopting_twice_keeps_the_sources() -> None:
    attention = adopt(MultiheadAttention(32, 2))
    attention.sources.append(print)
    assert adopt(attention).sources == [print]


def test_a_class_with_a_forward_of_its_own_is_refused() -> None:
    class Mine(MultiheadAttention):
        def forward(self, x: Tensor) -> Tensor:
            return x

    with pytest.raises(TypeError, match='Mine computes something else than MultiheadAttention'):
        adopt(Mine(32, 2))


@pytest.mark.parametrize(
    'attention', [MultiheadAttention(32, 2, v_shortcut=True), MMCVAttention(32, 2, batch_first=False)]
)
def test_variants_with_another_meaning_are_refused(attention: nn.Module) -> None:
    with pytest.raises(TypeError, match='so mmvpt cannot extend it'):
        adopt(attention)


def test_an_unknown_attention_lists_the_known() -> None:
    with pytest.raises(TypeError, match=r'Linear cannot take keys.*BEiTAttention.*@adopt.register'):
        adopt(nn.Linear(2, 2))
