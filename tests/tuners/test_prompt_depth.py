"""Deep prompts in some blocks (VPT, Fig. 7): behind the last of them they travel on, or vanish."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from mmvpt.anatomy import describe
from mmvpt.models import TunedBackbone
from tests.oracle import TokenForm, prompt_as_tokens, swin_with_tokens
from tests.tuners.test_vpt import MMSEG_VIT, POOLED, SWINS, VIT, gradients, randomised

SWIN = SWINS['mmpretrain']
CLASSIFIER = dict(VIT, out_type='cls_token')
BEIT = dict(VIT, type='mmpretrain.BEiTViT')
LAST_MAP = dict(MMSEG_VIT, out_indices=(3,))  # others of a plain ViT would have travelling tokens among the patches


def tuned(config: dict, **options: object) -> TunedBackbone:
    torch.manual_seed(1)
    tuner = dict(type='DeepPrompts', num_tokens=5, **options)
    return TunedBackbone(randomised(config), tuner).double().train()


def image(height: int = 32, width: int = 48) -> Tensor:
    return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


def assert_same(ours: tuple, theirs: tuple, prompts: list[Tensor], others: list[Tensor] | None = None) -> None:
    """Compare outputs, and gradients of prompts."""
    for out, other in zip(ours, theirs, strict=True):
        assert_close(out, other, rtol=0, atol=1e-10)
    for gradient, other in zip(gradients(ours, prompts), gradients(theirs, others or prompts), strict=True):
        assert gradient.abs().max() > 1e-9
        assert_close(gradient, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ('config', 'options'),
    [
        pytest.param(VIT, {}, id='ViT'),
        pytest.param(MMSEG_VIT, {}, id='mmseg ViT'),
        pytest.param(VIT, dict(dropout=0.5), id='dropout'),
        pytest.param(VIT, dict(dropout=0.5, per_sample=False), id='dropout for the batch'),
        pytest.param(VIT, dict(projected_dim=8), id='projected'),
        pytest.param(VIT, dict(share='all'), id='shared'),
        pytest.param(VIT, dict(keep=[dict(tokens=[0, 3], segments=['1101', '0111'])]), id='pruned'),
        pytest.param(CLASSIFIER, dict(pool='prompt'), id='pool of prompts'),
        pytest.param(CLASSIFIER, dict(pool='global'), id='global pool'),
        pytest.param(CLASSIFIER, dict(pool='image'), id='pool of the image'),
        pytest.param(SWIN, {}, id='Swin'),
        pytest.param(SWIN, dict(through_mergings=True), id='Swin, through mergings'),
        pytest.param(SWIN, dict(through_mergings=True, pool='global'), id='Swin, global pool'),
    ],
)
def test_prompts_of_the_first_block_that_travel_are_vpt_shallow(config: dict, options: dict) -> None:
    """1 -> 1 of Fig. 7 and Eq. 4 and 5, with the same numbers; dropout draws the same too."""
    deep = tuned(config, end=1, **options)
    shallow = TunedBackbone(randomised(config), dict(type='ShallowPrompts', num_tokens=5, **options)).double().train()
    shallow.load_state_dict(deep.state_dict())
    outputs = []
    for model in (deep, shallow):
        torch.manual_seed(3)
        outputs.append(model(image()))
    assert_same(*outputs, list(deep.tuner.parameters()), list(shallow.tuner.parameters()))


@pytest.mark.parametrize('config', [VIT, LAST_MAP], ids=['mmpretrain', 'mmseg'])
@pytest.mark.parametrize(
    'span',
    [(0, 1), (0, 3), (1, 3), (-3, -1), (0, None), (-1, None), (-3, None)],
    ids=['1 to 1', '1 to 3', '2 to 3', '2 to 3 from the last', 'all', 'the last', 'the last three'],
)
def test_prompts_travel_as_tokens_behind_the_last_block_that_has_them(config: dict, span: tuple) -> None:
    start, end = span
    model, plain = tuned(config, start=start, end=end), randomised(config)
    prompts = list(model.tuner.parameters())
    blocks = list(plain.layers)
    prompt_as_tokens(blocks[start:end], prompts, behind=[] if end is None else blocks[end:])
    assert_same(model(image()), plain(image()), prompts)
    vanishing = tuned(config, start=start, end=end, travel=False)
    assert torch.equal(vanishing(image())[-1], model(image())[-1]) == (end is None)


@pytest.mark.parametrize('size', [(64, 64), (72, 50)], ids=['whole windows', 'padding'])
@pytest.mark.parametrize('through_mergings', [False, True], ids=['up to the merging', 'through mergings'])
@pytest.mark.parametrize('span', [(0, 1), (1, 5), (2, 4), (0, 7)], ids=['1 to 1', '2 to 5', '3 to 4', '1 to 7'])
def test_prompts_of_a_swin_travel_to_the_end_of_their_stage_or_beyond(
    size: tuple, through_mergings: bool, span: tuple
) -> None:
    start, end = span
    model = tuned(SWIN, start=start, end=end, through_mergings=through_mergings)
    prompts = list(model.tuner.parameters())
    none = [torch.empty(0, width, dtype=torch.float64) for width in (16, 16, 32, 32, 64, 64, 128, 128)]
    maps, _ = swin_with_tokens(randomised(SWIN), [*none[:start], *prompts], image(*size), through_mergings)
    assert_same(model(image(*size)), tuple(maps), prompts)


def lengths(model: TunedBackbone) -> list[int]:
    """How many tokens each feed-forward network computes."""
    found = []
    for block in describe(model.backbone).blocks:
        block.module.ffn.register_forward_hook(lambda module, args, out: found.append(args[0].shape[1]))
    model(image(32, 32))
    return found


@pytest.mark.parametrize(
    ('config', 'options', 'number'),
    [
        (VIT, {}, [17, 17, 17, 17]),
        (VIT, dict(end=4), [17, 17, 17, 17]),
        (VIT, dict(end=2, travel=False), [17, 17, 17, 17]),
        (BEIT, dict(end=4), [17, 17, 17, 17]),
        (SWIN, dict(end=4), [64, 64, 16, 16, 4, 4, 1, 1]),
        (VIT, dict(end=2), [17, 22, 22, 22]),
    ],
    ids=['all', 'up to the last', 'vanishing', 'all of a BEiT', 'up to the end of a stage', 'travelling'],
)
def test_no_block_computes_what_becomes_of_prompts_unless_somebody_reads_it(
    config: dict, options: dict, number: list
) -> None:
    assert lengths(tuned(config, **options)) == number


@pytest.mark.parametrize('pool', POOLED)
def test_a_pool_reads_what_the_last_block_makes_of_prompts_that_travel(pool: str) -> None:
    model = tuned(CLASSIFIER, end=2, pool=pool)
    plain = randomised(dict(VIT, out_type='raw'))
    prompts = list(model.tuner.prompts)
    blocks, last = list(plain.layers), TokenForm(prompts[-1])
    prompt_as_tokens(blocks[:1], prompts[:1])
    blocks[1].register_forward_pre_hook(last.insert)
    x = plain(image())[-1]
    assert_same(model(image()), (POOLED[pool](x[:, 6:], x[:, 1:6]),), prompts)


def test_a_pool_of_the_image_does_not_mind_prompts_that_ended_with_their_stage() -> None:
    for kind, options in (('DeepPrompts', dict(end=1)), ('ShallowPrompts', {})):
        model = TunedBackbone(randomised(SWIN), dict(type=kind, pool='image', **options)).double()
        maps, _ = swin_with_tokens(randomised(SWIN), model.tuner.prompts[0], image(64, 64))
        assert_close(model(image(64, 64))[-1].mean((2, 3)), maps[-1].mean((2, 3)), rtol=0, atol=1e-10)


def test_a_pool_of_prompts_that_end_with_their_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="'prompt' needs prompts in the last block.*through_mergings=True"):
        tuned(SWIN, end=1, pool='prompt')


def test_a_sequence_of_fixed_length_lets_prompts_vanish_only() -> None:
    with pytest.raises(TypeError, match='DeepPrompts adds tokens to the sequence.*DeepPrompts .with travel=False'):
        tuned(BEIT, end=2)
    assert tuned(BEIT, end=2, travel=False)(image(32, 32))[-1].isfinite().all()


def test_one_tuner_alone_lets_tokens_travel() -> None:
    shallow, deep = dict(type='ShallowPrompts', num_tokens=2), dict(type='DeepPrompts', num_tokens=3, end=2)
    for pair in ([shallow, deep], [deep, shallow], [deep, dict(deep, end=3)]):
        with pytest.raises(
            ValueError, match='both claim the token sequence .* let deep prompts vanish .* .travel=False.'
        ):
            TunedBackbone(VIT, pair)
    TunedBackbone(VIT, [shallow, dict(deep, travel=False)])


def test_folded_prompts_travel_too() -> None:
    model = tuned(VIT, end=3).eval()
    before = model(image())[-1]
    assert sorted(name for name, _ in model.fold().tuner.named_buffers()) == [
        'keys_0',
        'keys_1',
        'values_0',
        'values_1',
    ]
    assert_close(model(image())[-1], before, rtol=0, atol=1e-12)
