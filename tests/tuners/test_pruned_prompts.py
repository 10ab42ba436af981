"""What pruning leaves of prompts."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from mmvpt.models import TunedBackbone
from mmvpt.pruning import Scores, keep_best
from tests.tuners.test_vpt import SWINS, VIT, count, on_meta, randomised

IMAGE = torch.randn(2, 3, 32, 48, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def pruned(config: dict, whole: TunedBackbone, keep: list) -> TunedBackbone:
    """A model with what is left of the prompts of another."""
    tuner = dict(type=type(whole.tuner).__name__, num_tokens=whole.tuner.num_tokens, keep=keep)
    tuned = TunedBackbone(randomised(config), tuner).double().eval()
    for index, prompts in enumerate(tuned.tuner.prompts):
        prompts.data = tuned.tuner.cut(index, whole.tuner.prompts[index].data).clone()
    return tuned


def deep(config: dict, num_tokens: int = 5, kind: str = 'DeepPrompts') -> TunedBackbone:
    return TunedBackbone(randomised(config), dict(type=kind, num_tokens=num_tokens)).double().eval()


def test_keeping_all_is_pruning_nothing_bit_for_bit() -> None:
    whole = deep(VIT)
    everything = [dict(tokens=list(range(5)), segments=['1' * 8] * 5)] * 3 + [None]
    assert torch.equal(pruned(VIT, whole, everything)(IMAGE)[-1], whole(IMAGE)[-1])


@pytest.mark.parametrize('config', [VIT, SWINS['mmpretrain']], ids=['ViT', 'Swin'])
def test_a_pruned_token_is_one_that_no_query_attends_to(config: dict) -> None:
    """Not one of zeros, which would still have a key."""
    whole, zeroed = deep(config), deep(config)
    blocks = len(whole.tuner.prompts)
    ours = pruned(config, whole, [dict(tokens=[0, 2, 3])] + [None] * (blocks - 1))(IMAGE)[-1]
    source = whole.tuner._sources[0]
    keys, values = source.compute(batch=1)
    assert keys.shape[-2] == 5
    gone = [1, 4]

    def hide(attention: nn.Module, args: tuple) -> None:
        attention.sources = [lambda batch: (keys, values)]
        original = torch.nn.functional.scaled_dot_product_attention

        def masked(q, k, v, attn_mask=None, **kwargs):
            mask = q.new_zeros(q.shape[-2], k.shape[-2])
            mask[:, [k.shape[-2] - 5 + index for index in gone]] = -torch.inf
            torch.nn.functional.scaled_dot_product_attention = original
            return original(q, k, v, attn_mask=mask if attn_mask is None else attn_mask + mask, **kwargs)

        torch.nn.functional.scaled_dot_product_attention = masked

    source.attention.register_forward_pre_hook(hide)
    assert_close(ours, whole(IMAGE)[-1], rtol=0, atol=1e-12)
    zeroed.tuner.prompts[0].data[gone] = 0
    assert not torch.allclose(zeroed(IMAGE)[-1], ours)


def test_a_pruned_segment_is_one_of_zeros() -> None:
    whole, zeroed = deep(VIT), deep(VIT)
    ours = pruned(VIT, whole, [None, dict(tokens=[0, 1, 2, 3, 4], segments=['10111111'] * 5), None, None])
    zeroed.tuner.prompts[1].data[:, 4:8] = 0
    assert torch.equal(ours(IMAGE)[-1], zeroed(IMAGE)[-1])


def masked(whole: TunedBackbone, keep: list, num_segments: int) -> TunedBackbone:
    """The whole model with real masks of segments multiplied in, as in the paper."""
    for prompts, block in zip(whole.tuner.prompts, keep, strict=True):
        mask = torch.tensor([[bit == '1' for bit in row] for row in block['segments']])
        prompts.data *= mask.repeat_interleave(prompts.shape[1] // num_segments, dim=1)
    return whole


@pytest.mark.parametrize(('kind', 'depth'), [('DeepPrompts', 4), ('ShallowPrompts', 1)])
def test_a_token_that_lost_all_of_its_segments_is_what_a_mask_makes_of_it(kind: str, depth: int) -> None:
    """It is a token of zeros, and not one that is gone: the segments' masks leave it its key."""
    scores = Scores([torch.ones(5)] * depth, list(torch.arange(40.0).view(5, 8).repeat(depth, 1, 1)), [0] * depth)
    keep = keep_best(scores, tokens=0, segments=90)
    assert [block['segments'] for block in keep] == [['00000000'] * 4 + ['00001111']] * depth
    whole = deep(VIT, kind=kind)
    ours = pruned(VIT, whole, keep)
    assert [tuple(prompts.shape) for prompts in ours.tuner.prompts] == [(4, 4)] * depth
    without = pruned(VIT, whole, [dict(tokens=[4], segments=['00001111'])] * depth)
    assert not torch.allclose(without(IMAGE)[-1], ours(IMAGE)[-1])
    assert torch.equal(ours(IMAGE)[-1], masked(whole, keep, num_segments=8)(IMAGE)[-1])


def test_shallow_prompts_can_be_pruned_too() -> None:
    whole = deep(VIT, kind='ShallowPrompts')
    ours = pruned(VIT, whole, [dict(tokens=[4, 1])])
    assert torch.equal(ours.tuner.prompts[0], whole.tuner.prompts[0][[4, 1]])
    assert ours(IMAGE)[-1].isfinite().all()


def test_what_is_left_is_what_counts_and_trains() -> None:
    """ViT-B, 12 blocks of 10 prompts: 4 of them with 6 of 8 segments in the first, half of them in the last."""
    keep = [dict(tokens=[0, 3, 5, 9], segments=['11110110'] * 4), *[None] * 10, dict(tokens=[0, 1, 2, 3, 4])]
    vit_b = dict(type='mmpretrain.VisionTransformer', arch='b')
    tuned = on_meta(vit_b, dict(type='DeepPrompts', num_tokens=10, keep=keep))
    assert count(tuned) == 4 * 6 * 96 + 10 * 10 * 768 + 5 * 768
    tiny = pruned(VIT, deep(VIT), [dict(tokens=[0, 4], segments=['1100', '0111']), *[None] * 3]).train()
    assert tuple(tiny.tuner.prompts[0].shape) == (5, 8)
    tiny(IMAGE)[-1].square().mean().backward()
    assert all(prompts.grad.any() for prompts in tiny.tuner.prompts)


@pytest.mark.parametrize(
    ('tuner', 'message'),
    [
        (dict(keep=[None]), 'keep has entries for 1 blocks, and 4 have prompts'),
        (
            dict(keep=[dict(tokens=[]), None, None, None]),
            r'keep\[0\] has the tokens \[\]. At least one of 0 to 9 stays',
        ),
        (dict(keep=[None, dict(tokens=[10]), None, None]), r'keep\[1\] has the tokens \[10\]'),
        (dict(keep=[dict(tokens=[1, 1]), None, None, None]), 'none twice'),
        (dict(keep=[dict(tokens=[1], segments=['11', '11']), None, None, None]), 'segments of 2 tokens, and keeps 1'),
        (dict(keep=[dict(tokens=[1], segments=['111']), None, None, None]), '3 segments do not divide a width of 32'),
        (dict(keep=[dict(tokens=[1], segments=['00']), None, None, None]), 'None of 1 tokens has a segment left'),
        (dict(keep=[dict(tokens=[1], segments=['1x']), None, None, None]), 'a string of 0 and 1'),
        (dict(keep=[None] * 4, share='inter'), 'keep needs prompts of their own for each block'),
    ],
)
def test_impossible_pruning_is_refused(tuner: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TunedBackbone(VIT, dict(type='DeepPrompts', num_tokens=10, **tuner))


def test_prompts_that_memory_cannot_hold_are_refused_with_an_estimate() -> None:
    with pytest.raises(
        ValueError, match=r'num_tokens=100000000000\) would take at least .* GiB.*of each image.*No more'
    ):
        TunedBackbone(VIT, dict(type='DeepPrompts', num_tokens=10**11))
