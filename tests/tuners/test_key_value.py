"""Key-value prompts: exact, well started, and no more of them than makes sense."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.anatomy import describe
from mmvpt.engine import apply_delta, delta_state_dict
from mmvpt.models import TunedBackbone
from tests.contract.backbones import BACKBONES, BackboneRow
from tests.oracle import attend_to_pairs, prompt_as_tokens

ARCH = dict(embed_dims=32, num_layers=4, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8, out_type='featmap')
VIT_B = dict(type='mmpretrain.VisionTransformer', arch='b')
SWIN_B = dict(type='mmpretrain.SwinTransformer', arch='base')
ROWS = [row for row in BACKBONES if row.attention]
#: The positions of timm's EVA turn its keys, which the oracle does not do; BEiT's shared bias comes with the call.
BY_HAND = [row for row in ROWS if row.name not in ('timm_eva', 'beit_shared')]


def named(rows: list[BackboneRow]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize('row', rows, ids=lambda row: row.name)


def still(backbone: nn.Module) -> nn.Module:
    backbone.eval()  # whose eval() may return None
    return backbone


def config(num_tokens: int = 5, **more) -> dict:
    return dict(type='KeyValuePrompts', num_tokens=num_tokens, **more)


def on_meta(backbone: dict, tuner: dict | list) -> TunedBackbone:
    with torch.device('meta'):
        return TunedBackbone(backbone, tuner)


def count(module: nn.Module) -> int:
    return sum(param.numel() for param in module.parameters() if param.requires_grad)


def pairs_of(tuner: nn.Module) -> list[tuple[Tensor, Tensor]]:
    return list(zip(tuner.keys, tuner.values or tuner.keys, strict=True))


def attentions(backbone: nn.Module) -> list[nn.Module]:
    return [block.attention for block in describe(backbone).blocks]


def gradients(outputs: tuple[Tensor, ...], inputs: Iterator[Tensor]) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    loss = sum((out * torch.randn(out.shape, generator=generator, dtype=out.dtype)).mean() for out in outputs)
    return torch.autograd.grad(loss, list(inputs))


@named(BY_HAND)
@pytest.mark.parametrize('share_kv', [True, False], ids=['K = V', 'K and V'])
@pytest.mark.parametrize('before', [True, False], ids=['before', 'after'])
def test_they_equal_explicit_attention_in_either_order(row: BackboneRow, share_kv: bool, before: bool) -> None:
    """One place of ours against both of the oracle: the order of keys is no part of the function."""
    plain = still(row.build().double())
    tuned = TunedBackbone(copy.deepcopy(plain), config(share_kv=share_kv)).double().eval()
    attend_to_pairs(attentions(plain), pairs_of(tuned.tuner), before)
    image = row.image(dtype=torch.float64)
    ours, theirs = tuned(image), plain(image, **dict(row.options))
    for out, other in zip(ours, theirs, strict=True):
        assert_close(out, other, rtol=0, atol=1e-12)
    expected = gradients(theirs, tuned.tuner.parameters())
    for gradient, other in zip(gradients(ours, tuned.tuner.parameters()), expected, strict=True):
        assert gradient.abs().max() > 1e-9
        assert_close(gradient, other, rtol=0, atol=1e-12)


@named(ROWS)
def test_before_and_after_are_one_function(row: BackboneRow) -> None:
    """E2VPT, Table 5(a) compares them; what it finds is noise."""
    before, after = (TunedBackbone(row.build(), config(place=place)).double().eval() for place in ('before', 'after'))
    after.load_state_dict(before.state_dict())
    image = row.image(dtype=torch.float64)
    for out, other in zip(before(image), after(image), strict=True):
        assert_close(out, other, rtol=0, atol=1e-12)


@named([row for row in ROWS if row.name in ('vit', 'mmpretrain_swin', 'mmseg_swin')])
def test_before_and_after_are_one_function_beside_tokens_that_travel(row: BackboneRow) -> None:
    before, after = (
        TunedBackbone(row.build(), [dict(type='ShallowPrompts', num_tokens=3), config(place=place)]).double().eval()
        for place in ('before', 'after')
    )
    after.load_state_dict(before.state_dict())
    image = row.image(dtype=torch.float64)
    assert_close(before(image)[-1], after(image)[-1], rtol=0, atol=1e-12)


def test_before_and_after_are_one_function_on_vit_b() -> None:
    torch.manual_seed(0)
    before, after = (
        TunedBackbone({**VIT_B, 'img_size': 64}, config(place=place)).double() for place in ('before', 'after')
    )
    after.load_state_dict(before.state_dict())
    image = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    assert_close(before(image)[-1], after(image)[-1], rtol=0, atol=1e-12)


@named(ROWS)
def test_none_of_them_is_the_backbone_bit_for_bit(row: BackboneRow) -> None:
    none = TunedBackbone(row.build(), config(num_tokens=0)).eval()
    frozen = TunedBackbone(row.build(), dict(type='LinearProbe')).eval()
    assert count(none) == 0
    for out, other in zip(none(row.image()), frozen(row.image()), strict=True):
        assert torch.equal(out, other)


def test_none_of_them_is_the_plain_vit_bit_for_bit() -> None:
    row = next(row for row in ROWS if row.name == 'vit')
    none = TunedBackbone(row.build(), config(num_tokens=0)).eval()
    assert torch.equal(none(row.image())[-1], still(row.build())(row.image())[-1])


def test_beside_deep_prompts_both_are_keys_of_one_softmax() -> None:
    torch.manual_seed(0)
    backbone = still(MODELS.build(VIT).double())
    plain = copy.deepcopy(backbone)
    tuned = TunedBackbone(backbone, [dict(type='DeepPrompts', num_tokens=3), config()]).double()
    deep, pairs = tuned.tuner
    attend_to_pairs(attentions(plain), pairs_of(pairs))
    prompt_as_tokens(plain.layers, deep.prompts)
    image = torch.randn(2, 3, 32, 48, dtype=torch.float64)
    ours, theirs = tuned(image), plain(image)
    assert_close(ours[-1], theirs[-1], rtol=0, atol=1e-12)
    expected = gradients(theirs, tuned.tuner.parameters())
    for gradient, other in zip(gradients(ours, tuned.tuner.parameters()), expected, strict=True):
        assert_close(gradient, other, rtol=0, atol=1e-12)


def test_they_cost_as_many_numbers_as_prompts_of_the_blocks() -> None:
    """E2VPT: 12 * 768 of ViT-B for each, 12,032 of Swin-B; twice as many where keys and values are apart."""
    assert count(on_meta(VIT_B, config(1))) == 9_216
    assert count(TunedBackbone(SWIN_B, config(1))) == 12_032
    assert count(on_meta(VIT_B, config(5, share_kv=False))) == 2 * 5 * 9_216
    assert count(on_meta(VIT_B, config(5, share_blocks=True))) == 5 * 768
    assert count(on_meta(VIT_B, config(5, start=-2))) == 2 * 5 * 768
    assert [tuple(keys.shape) for keys in on_meta(VIT_B, config(5)).tuner.keys] == [(12, 5, 64)] * 12


def test_of_a_swin_those_that_blocks_share_are_a_set_for_each_width() -> None:
    tuned = TunedBackbone(SWIN_B, config(5, share_blocks=True))
    assert [tuple(keys.shape) for keys in tuned.tuner.keys] == [(4, 5, 32), (8, 5, 32), (16, 5, 32), (32, 5, 32)]


@named([row for row in ROWS if row.name in ('vit', 'mmpretrain_swin')])
def test_sharing_among_blocks_is_the_same_function_with_fewer_parameters(row: BackboneRow) -> None:
    shared = TunedBackbone(row.build(), config(share_blocks=True, share_kv=False)).double().eval()
    apart = TunedBackbone(row.build(), config(share_kv=False)).double().eval()
    widths = list(dict.fromkeys(row.blocks))
    for ours, theirs in [(shared.tuner.keys, apart.tuner.keys), (shared.tuner.values, apart.tuner.values)]:
        assert len(ours) == len(widths)
        for param, width in zip(theirs, row.blocks, strict=True):
            param.data = ours[widths.index(width)].data.clone()
    image = row.image(dtype=torch.float64)
    assert_close(shared(image)[-1], apart(image)[-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize(('num_tokens', 'bound'), [(1, 0.306186), (5, 0.136931)])
def test_they_start_uniform_in_the_bound_of_the_public_code(num_tokens: int, bound: float) -> None:
    tuner = on_meta(VIT_B, config(num_tokens)).tuner
    tuner.to_empty(device='cpu').init_weights()
    values = torch.cat([keys.flatten() for keys in tuner.keys])
    assert bound * 0.99 < values.abs().max() <= bound + 1e-6
    assert math.isclose(values.std(), bound / math.sqrt(3), rel_tol=0.02)


def test_or_as_class_tokens_start() -> None:
    tuner = on_meta(VIT_B, config(50, init='trunc_normal', share_kv=False)).tuner
    tuner.to_empty(device='cpu').init_weights()
    values = torch.cat([param.flatten() for param in tuner.parameters()])
    assert math.isclose(values.std(), 0.02, rel_tol=0.01)


def test_dropout_is_drawn_for_every_image_and_apart_for_keys_and_values() -> None:
    tuner = TunedBackbone(VIT, config(dropout=0.5)).train().tuner
    keys, values = tuner.pair(0, batch=2)
    assert keys.shape == values.shape == (2, 2, 5, 16)
    assert not torch.equal(keys[0], keys[1])
    assert not torch.equal(keys, values)
    assert_close(keys[keys != 0], 2 * tuner.keys[0].expand_as(keys)[keys != 0])
    keys, values = tuner.eval().pair(0, batch=2)
    assert keys is values is tuner.keys[0]


@named([row for row in ROWS if row.name in ('vit', 'mmseg_vit', 'mmpretrain_swin')])
def test_they_follow_autocast(row: BackboneRow) -> None:
    tuned = TunedBackbone(row.build(), config()).eval()
    full = tuned(row.image())[-1]
    with torch.autocast('cpu', torch.bfloat16):
        half = tuned(row.image())[-1]
        tuned.train()(row.image())[-1].float().square().mean().backward()
    assert_close(half.float(), full, rtol=0.1, atol=0.1)
    assert all(keys.grad.dtype == torch.float32 and keys.grad.any() for keys in tuned.tuner.keys)


def test_blocks_can_be_chosen() -> None:
    torch.manual_seed(0)
    tuned = TunedBackbone(VIT, config(start=1, end=-1)).train()
    graphs = []
    for layer in tuned.backbone.layers:
        layer.register_forward_hook(lambda module, args, out: graphs.append(out.requires_grad))
    tuned(torch.randn(1, 3, 32, 32))
    assert len(tuned.tuner.keys) == 2
    assert graphs == [False, True, True, True]
    assert [len(layer.attn.leading) for layer in tuned.backbone.layers if hasattr(layer.attn, 'leading')] == [1, 1]


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(num_tokens=-1), 'num_tokens must be 0 or more, got -1'),
        (dict(num_tokens=33), 'num_tokens=33 is more than a block of 32 channels makes sense of.*Take at most 32'),
        (dict(place='front'), "place='front' is unknown. There are 'before' and 'after'"),
        (dict(init='xavier'), "init='xavier' is unknown. There are 'he', 'trunc_normal'"),
        (dict(dropout=1.0), r'dropout must be in \[0, 1\), got 1.0'),
        (dict(start=4), 'this backbone, which has 4'),
        (dict(start=2, end=2), 'start=2 to end=2 are not in this backbone'),
    ],
)
def test_impossible_ones_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TunedBackbone(VIT, dict(type='KeyValuePrompts', **options))


def test_heads_that_do_not_divide_the_width_are_refused() -> None:
    backbone = {**VIT, 'arch': {**ARCH, 'num_heads': 5}}
    with pytest.raises(ValueError, match='cannot part 32 channels among 5 heads. Build the backbone with a number'):
        TunedBackbone(backbone, config())


def test_a_delta_of_another_number_of_heads_is_refused() -> None:
    """The weights of a ViT are the same whatever its heads, so the fingerprint of the base does not tell."""
    torch.manual_seed(0)
    tuned = TunedBackbone(VIT, config())
    other = TunedBackbone({**VIT, 'arch': {**ARCH, 'num_heads': 4}}, config())
    other.backbone.load_state_dict(tuned.backbone.state_dict())
    with pytest.raises(ValueError, match=r'tuner.keys.0: \(2, 5, 16\) in the delta, \(4, 5, 8\) in the model'):
        apply_delta(other, delta_state_dict(tuned))


def test_a_backbone_without_attention_is_refused() -> None:
    with pytest.raises(TypeError, match=r'KeyValuePrompts needs blocks .*ResNet.*mmpretrain.VisionTransformer'):
        TunedBackbone(dict(type='mmpretrain.ResNet', depth=18), config())
