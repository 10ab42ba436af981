"""Adopted attention of timm equals the original, with what no family of it uses yet."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.testing import assert_close

pytest.importorskip('timm')

from timm.layers import Attention, AttentionRope, LayerNorm  # noqa: E402
from timm.models.eva import EvaAttention  # noqa: E402

from mmvpt.anatomy import adopt  # noqa: E402

OPTIONS = dict(num_heads=2, qkv_bias=True, qk_norm=True, scale_norm=True, norm_layer=LayerNorm)
ORIGINALS = [
    pytest.param(kind(32, **OPTIONS, **more), id=f'{kind.__name__} {more}')
    for kind, more in [
        (Attention, dict(gated=True)),
        (Attention, dict(attn_head_dim=8)),
        (EvaAttention, dict(gated=True)),
        (EvaAttention, dict(qkv_bias_separate=True)),
        (EvaAttention, dict(qkv_fused=False)),
        (AttentionRope, dict(gated=True)),
        (AttentionRope, dict(qkv_fused=False, num_kv_heads=1)),
    ]
]


@pytest.mark.parametrize('original', ORIGINALS)
def test_keys_and_values_of_tokens_beside_the_image_are_as_if_they_stood_in_it(original: nn.Module) -> None:
    torch.manual_seed(0)
    original = original.double().eval()
    for param in original.parameters():
        nn.init.normal_(param, std=0.3)
    adopted = copy.deepcopy(original)
    keys = adopted.state_dict().keys()
    x, extra = torch.randn(2, 17, 32, dtype=torch.float64), torch.randn(3, 32, dtype=torch.float64)
    assert_close(adopt(adopted)(x), original(x), rtol=0, atol=1e-12)
    shared = adopted.keys_values(extra)
    adopted.sources.append(lambda batch: shared)
    joined = torch.cat([x, extra.expand(2, -1, -1)], dim=1)
    assert_close(adopted(x), original(joined)[:, :17], rtol=0, atol=1e-12)
    assert adopted.state_dict().keys() == keys
