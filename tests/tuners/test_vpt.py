"""Prompts: exact, well started, cheap."""

from __future__ import annotations

import math

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.models import TunedBackbone
from tests.oracle import TokenForm, prompt_as_tokens, prompt_windows_as_tokens, swin_with_tokens

ARCH = dict(embed_dims=32, num_layers=4, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8, out_type='featmap')
VIT_B = dict(type='mmpretrain.VisionTransformer', arch='b', out_indices=[3, 11], out_type='raw')
MMSEG_VIT = dict(
    type='mmseg.VisionTransformer',
    img_size=(32, 32),
    patch_size=8,
    embed_dims=32,
    num_layers=4,
    num_heads=2,
    out_indices=(1, 3),
    final_norm=True,
)


def on_meta(backbone: dict, tuner: dict | list) -> TunedBackbone:
    with torch.device('meta'):
        return TunedBackbone(backbone, tuner)


def count(module: nn.Module) -> int:
    return sum(param.numel() for param in module.parameters() if param.requires_grad)


def randomised(config: dict) -> nn.Module:
    torch.manual_seed(0)
    backbone = MODELS.build(config).double()
    for param in backbone.parameters():
        nn.init.normal_(param, mean=float(param.dim() == 1) / 2, std=0.1)
    backbone.eval()
    return backbone


def gradients(outputs: tuple[Tensor, ...], inputs: list[Tensor]) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    loss = sum((out * torch.randn(out.shape, generator=generator, dtype=out.dtype)).mean() for out in outputs)
    return torch.autograd.grad(loss, inputs)


@pytest.mark.parametrize(
    ('config', 'size', 'num_tokens', 'span'),
    [
        pytest.param(VIT_B, 224, 5, (0, None), id='ViT-B/16'),
        pytest.param(VIT_B, 64, 5, (4, 9), id='ViT-B/16, blocks 4 to 8'),
        pytest.param(VIT, 48, 7, (-2, None), id='ViT, last two blocks'),
        pytest.param(MMSEG_VIT, 32, 7, (0, None), id='mmseg ViT'),
        pytest.param(MMSEG_VIT, 48, 7, (1, 3), id='mmseg ViT, blocks 1 and 2'),
    ],
)
def test_deep_prompts_equal_the_token_form(config: dict, size: int, num_tokens: int, span: tuple) -> None:
    plain, backbone = randomised(config), randomised(config)
    start, end = span
    tuner = dict(type='DeepPrompts', num_tokens=num_tokens, start=start, end=end, travel=False)
    tuned = TunedBackbone(backbone, tuner).double().train()
    prompts = list(tuned.tuner.parameters())
    head = nn.Linear(tuned.backbone.cls_token.shape[-1], 10).double()
    prompt_as_tokens(list(plain.layers)[start:end], prompts)
    image = torch.randn(2, 3, size, size, dtype=torch.float64)

    ours, theirs = tuned(image), plain(image)
    assert [out.shape for out in ours] == [out.shape for out in theirs]
    for out, other in zip(ours, theirs, strict=True):
        assert_close(out, other, rtol=0, atol=1e-10)
    channels_last = ours[-1].dim() == 3
    logits = [head(out.mean(1) if channels_last else out.mean((2, 3))) for out in (ours[-1], theirs[-1])]
    assert_close(*logits, rtol=0, atol=1e-10)
    for gradient, other in zip(gradients(ours, prompts), gradients(theirs, prompts), strict=True):
        assert gradient.abs().max() > 1e-9
        assert_close(gradient, other, rtol=0, atol=1e-10)


SWINS = {
    'mmpretrain': dict(
        type='mmpretrain.SwinTransformer',
        arch=dict(embed_dims=16, depths=[2, 2, 2, 2], num_heads=[1, 1, 2, 2]),
        window_size=4,
        img_size=32,
        out_indices=(0, 1, 2, 3),
        pad_small_map=True,
    ),
    **{
        package: dict(
            type=f'{package}.SwinTransformer',
            embed_dims=16,
            depths=(2, 2, 2, 2),
            num_heads=(1, 1, 2, 2),
            window_size=4,
        )
        for package in ('mmseg', 'mmdet')
    },
}


@pytest.mark.parametrize('package', SWINS)
@pytest.mark.parametrize('size', [(64, 64), (72, 50)], ids=['whole windows', 'padding'])
@pytest.mark.parametrize('span', [(0, None), (1, 5)], ids=['all blocks', 'blocks 1 to 4'])
def test_deep_prompts_of_a_swin_equal_the_token_form(package: str, size: tuple, span: tuple) -> None:
    if package == 'mmdet':
        pytest.importorskip('mmdet')
    plain, backbone = randomised(SWINS[package]), randomised(SWINS[package])
    tuner = dict(type='DeepPrompts', num_tokens=5, start=span[0], end=span[1], travel=False)
    tuned = TunedBackbone(backbone, tuner).double().train()
    prompts = list(tuned.tuner.parameters())
    blocks = [block for stage in plain.stages for block in stage.blocks]
    prompt_windows_as_tokens(blocks[slice(*span)], prompts)
    image = torch.randn(2, 3, *size, dtype=torch.float64)
    ours, theirs = tuned(image), plain(image)
    for out, other in zip(ours, theirs, strict=True):
        assert_close(out, other, rtol=0, atol=1e-10)
    for gradient, other in zip(gradients(ours, prompts), gradients(theirs, prompts), strict=True):
        assert gradient.abs().max() > 1e-9
        assert_close(gradient, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize('size', [(64, 64), (72, 50)], ids=['whole windows', 'padding'])
@pytest.mark.parametrize('through_mergings', [False, True], ids=['up to the merging', 'through mergings'])
def test_shallow_prompts_of_a_swin_travel_as_tokens_of_their_own_image(size: tuple, through_mergings: bool) -> None:
    tuner = dict(type='ShallowPrompts', num_tokens=5, through_mergings=through_mergings)
    tuned = TunedBackbone(randomised(SWINS['mmpretrain']), tuner).double()
    image = torch.randn(2, 3, *size, dtype=torch.float64)
    plain = randomised(SWINS['mmpretrain'])
    expected, _ = swin_with_tokens(plain, tuned.tuner.prompts[0], image, through_mergings)
    for out, other in zip(tuned(image), expected, strict=True):
        assert_close(out, other, rtol=0, atol=1e-10)


POOLED = {
    'image': lambda patches, prompts: patches.mean(1),
    'prompt': lambda patches, prompts: prompts.mean(1),
    'global': lambda patches, prompts: torch.cat([patches, prompts], dim=1).mean(1),
}


@pytest.mark.parametrize('pool', POOLED)
@pytest.mark.parametrize('kind', ['DeepPrompts', 'ShallowPrompts'])
@pytest.mark.parametrize('out_type', ['cls_token', 'avg_featmap'])
def test_a_classifier_of_a_vit_reads_the_pool_that_was_chosen(pool: str, kind: str, out_type: str) -> None:
    """VPT, Fig. 8. A ViT that gives averages has its norm behind them, as MAE's classifiers do."""
    config = dict(VIT, out_type=out_type, final_norm=out_type == 'cls_token')
    tuned = TunedBackbone(randomised(config), dict(type=kind, num_tokens=5, pool=pool)).double().train()
    plain = randomised(dict(config, out_type='raw'))
    prompts = list(tuned.tuner.prompts)
    blocks, last = list(plain.layers), TokenForm(prompts[-1])
    if kind == 'DeepPrompts':
        prompt_as_tokens(blocks[:-1], prompts[:-1])
        blocks[-1].register_forward_pre_hook(last.insert)
    else:
        blocks[0].register_forward_pre_hook(last.insert)
    image = torch.randn(2, 3, 32, 48, dtype=torch.float64)
    x = plain(image)[-1]
    expected = POOLED[pool](x[:, 6:], x[:, 1:6])
    if out_type == 'avg_featmap':
        expected = tuned.backbone.ln2(expected)
    ours = tuned(image)[-1]
    assert_close(ours, expected, rtol=0, atol=1e-10)
    for gradient, other in zip(gradients((ours,), prompts), gradients((expected,), prompts), strict=True):
        assert_close(gradient, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize('pool', POOLED)
@pytest.mark.parametrize('deep', [True, False], ids=['deep', 'shallow'])
def test_a_classifier_of_a_swin_reads_the_pool_that_was_chosen(pool: str, deep: bool) -> None:
    """``global`` is what the public code of VPT computes."""
    kind = dict(type='DeepPrompts') if deep else dict(type='ShallowPrompts', through_mergings=True)
    tuned = TunedBackbone(randomised(SWINS['mmpretrain']), dict(kind, num_tokens=5, pool=pool)).double()
    prompts = list(tuned.tuner.prompts)
    image = torch.randn(2, 3, 72, 50, dtype=torch.float64)
    maps, left = swin_with_tokens(randomised(SWINS['mmpretrain']), prompts if deep else prompts[0], image, True)
    expected = POOLED[pool](maps[-1].flatten(2).transpose(1, 2), left)
    assert_close(tuned(image)[-1].mean((2, 3)), expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ('config', 'tuner', 'message'),
    [
        (VIT, dict(type='DeepPrompts', pool='max'), "pool='max' is unknown. There are image, prompt, global, and None"),
        (
            VIT,
            dict(type='DeepPrompts', pool='prompt', end=2, travel=False),
            "'prompt' needs prompts in the last block, and none pass",
        ),
        (SWINS['mmpretrain'], dict(type='ShallowPrompts', pool='global'), 'through_mergings=True'),
        (
            VIT,
            [dict(type='DeepPrompts', pool='image'), dict(type='ShallowPrompts', pool='image')],
            'both claim the pool of its outputs',
        ),
    ],
)
def test_pools_without_prompts_are_refused(config: dict, tuner: dict | list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TunedBackbone(config, tuner)


def test_deep_prompts_of_swin_b_count_as_in_the_public_code() -> None:
    """12,032 numbers for each prompt: 2 * 128 + 2 * 256 + 18 * 512 + 2 * 1024; one bound for all stages."""
    tuned = TunedBackbone(dict(type='mmpretrain.SwinTransformer', arch='base'), dict(type='DeepPrompts', num_tokens=1))
    assert count(tuned) == 12_032
    assert math.isclose(tuned.tuner.bound, 0.184637, abs_tol=5e-7)


def test_shallow_prompts_equal_tokens_that_travel_behind_the_class_token() -> None:
    tuned = TunedBackbone(randomised(VIT), dict(type='ShallowPrompts', num_tokens=5)).double()
    plain = randomised(VIT)
    prompts = tuned.tuner.prompts[0]
    plain.pre_norm = nn.Module()  # right before the first block
    plain.pre_norm.forward = lambda x: torch.cat([x[:, :1], prompts.expand(len(x), -1, -1), x[:, 1:]], dim=1)
    plain._format_output = lambda x, grid: x[:, 1 + len(prompts) :].unflatten(1, grid).movedim(-1, 1)
    image = torch.randn(2, 3, 32, 48, dtype=torch.float64)
    assert_close(tuned(image)[-1], plain(image)[-1], rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ('config', 'bound'),
    [
        (dict(arch='b', patch_size=16), 0.062500),
        (dict(arch='l', patch_size=16), 0.057864),
        (dict(arch='h', patch_size=14), 0.056674),
    ],
)
def test_prompts_start_uniform_in_the_bound_of_the_public_code(config: dict, bound: float) -> None:
    config = dict(type='mmpretrain.VisionTransformer', img_size=28 if config['patch_size'] == 14 else 32, **config)
    tuner = on_meta(config, dict(type='DeepPrompts', num_tokens=50)).tuner
    assert math.isclose(tuner.bound, bound, abs_tol=5e-7)
    tuner.to_empty(device='cpu').init_weights()
    values = torch.cat([prompts.flatten() for prompts in tuner.prompts])
    assert values.abs().max() <= tuner.bound
    assert math.isclose(values.std(), tuner.bound / math.sqrt(3), rel_tol=0.01)


def test_counts_are_those_of_the_paper() -> None:
    """VPT, Table 12 (p = 50 of ViT-B) and Table 4 (p = 10 of ViT-L under SETR)."""
    vit_l = dict(type='mmpretrain.VisionTransformer', arch='l', img_size=512)
    assert count(on_meta(VIT_B, dict(type='ShallowPrompts', num_tokens=50))) == 38_400
    assert count(on_meta(VIT_B, dict(type='DeepPrompts', num_tokens=50))) == 460_800
    assert count(on_meta(vit_l, dict(type='DeepPrompts', num_tokens=10))) == 245_760
    assert count(on_meta(VIT_B, dict(type='BiasTuning'))) == 102_912
    assert count(on_meta(vit_l, dict(type='BiasTuning'))) == 272_384
    assert count(on_meta(VIT_B, dict(type='FullTuning'))) == 85_798_656


def test_dropout_is_drawn_for_every_image_or_once_for_the_batch() -> None:
    image = torch.randn(1, 3, 32, 32).expand(2, -1, -1, -1)
    for per_sample in (True, False):
        tuner = dict(type='DeepPrompts', num_tokens=5, dropout=0.5, per_sample=per_sample)
        first, second = TunedBackbone(randomised(VIT), tuner).float().train()(image)[-1]
        assert torch.equal(first, second) != per_sample


def test_nothing_below_the_first_prompt_builds_a_graph() -> None:
    tuned = TunedBackbone(MODELS.build(VIT), dict(type='DeepPrompts', start=2)).train()
    graphs = []
    for layer in tuned.backbone.layers:
        layer.register_forward_hook(lambda module, args, out: graphs.append(out.requires_grad))
    tuned(torch.randn(1, 3, 32, 32))
    assert graphs == [False, False, True, True]


def test_prompts_meet_norm_and_projection_once_for_a_step_and_never_once_folded() -> None:
    tuned = TunedBackbone(MODELS.build(VIT), dict(type='DeepPrompts', num_tokens=5)).train()
    seen = []
    tuned.backbone.layers[0].ln1.register_forward_hook(lambda module, args, out: seen.append(tuple(args[0].shape)))
    image = torch.randn(3, 3, 32, 32)
    tuned(image)
    assert seen == [(3, 17, 32), (5, 32)]
    tuned.eval().fold()
    seen.clear()
    tuned(image)
    assert seen == [(3, 17, 32)]


def test_no_fused_projection_is_kept_for_backward() -> None:
    tuned = TunedBackbone(MODELS.build(VIT), dict(type='DeepPrompts', num_tokens=5)).train()
    weights = {param.untyped_storage().data_ptr() for param in tuned.parameters()}
    saved = []

    def note(tensor: Tensor) -> Tensor:
        if tensor.untyped_storage().data_ptr() not in weights:
            saved.append(tensor.untyped_storage().nbytes())
        return tensor

    image = torch.randn(2, 3, 32, 32)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        tuned(image)
    fused = 2 * 17 * 3 * 32 * 4  # bytes of q, k and v of the image in one tensor
    assert fused not in saved
    assert 2 * 17 * 32 * 4 in saved  # q alone is


@pytest.mark.parametrize(
    ('tuner', 'message'),
    [
        (dict(type='DeepPrompts', num_tokens=0), 'num_tokens must be 1 or more, got 0'),
        (dict(type='ShallowPrompts', num_tokens=-3), 'num_tokens must be 1 or more, got -3'),
        (dict(type='DeepPrompts', dropout=1.5), r'dropout must be in \[0, 1\), got 1.5'),
        (dict(type='DeepPrompts', start=4), 'this backbone, which has 4'),
        (dict(type='DeepPrompts', end=9), 'start=0 to end=9 are not in this backbone'),
        (dict(type='DeepPrompts', start=3, end=2), 'start=3 to end=2'),
        (dict(type='DeepPrompts', start=-5), 'start can be 0 to 3'),
    ],
)
def test_impossible_prompts_are_refused(tuner: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TunedBackbone(VIT, tuner)


@pytest.mark.parametrize('kind', ['DeepPrompts', 'ShallowPrompts'])
def test_prompts_on_a_backbone_without_attention_are_refused(kind: str) -> None:
    with pytest.raises(TypeError, match=rf'{kind} needs blocks .*ResNet.*mmpretrain.VisionTransformer'):
        TunedBackbone(dict(type='mmpretrain.ResNet', depth=18), dict(type=kind))


def test_shallow_prompts_on_a_sequence_of_fixed_length_are_refused() -> None:
    beit = dict(VIT, type='mmpretrain.BEiTViT')
    with pytest.raises(
        TypeError, match='ShallowPrompts adds tokens .* cannot grow by prompts. Use DeepPrompts .* any other ViT'
    ):
        TunedBackbone(beit, dict(type='ShallowPrompts'))


def test_two_tuners_cannot_claim_the_token_sequence() -> None:
    with pytest.raises(ValueError, match='both claim the token sequence of VisionTransformer'):
        TunedBackbone(VIT, [dict(type='ShallowPrompts', num_tokens=2), dict(type='ShallowPrompts', num_tokens=3)])


def test_deep_prompts_add_up_on_one_attention() -> None:
    image = torch.randn(2, 3, 32, 32)
    two = TunedBackbone(VIT, [dict(type='DeepPrompts', num_tokens=2), dict(type='DeepPrompts', num_tokens=3)]).eval()
    one = TunedBackbone(VIT, dict(type='DeepPrompts', num_tokens=5)).eval()
    one.backbone.load_state_dict(two.backbone.state_dict())
    for index, prompts in enumerate(one.tuner.prompts):
        prompts.data = torch.cat([tuner.prompts[index].data for tuner in two.tuner])
    assert_close(two(image)[-1], one(image)[-1])


@pytest.mark.parametrize('config', [VIT, MMSEG_VIT], ids=['mmpretrain', 'mmseg'])
def test_prompts_follow_autocast_folded_or_not(config: dict) -> None:
    tuned = TunedBackbone(config, dict(type='DeepPrompts', num_tokens=5)).eval()
    image = torch.randn(2, 3, 32, 32)
    full = tuned(image)[-1]
    with torch.autocast('cpu', torch.bfloat16):
        half, folded = tuned(image)[-1], tuned.fold()(image)[-1]
    assert_close(half.float(), full, rtol=0.1, atol=0.1)
    assert_close(folded.float(), half.float(), rtol=0.1, atol=0.1)
    tuned.train()
    with torch.autocast('cpu', torch.bfloat16):
        tuned(image)[-1].float().square().mean().backward()
    assert all(prompts.grad.dtype == torch.float32 and prompts.grad.any() for prompts in tuned.tuner.parameters())


@pytest.mark.parametrize(('share', 'numbers'), [('intra', 4 * 32), ('inter', 5 * 32), ('all', 32)])
def test_shared_prompts_are_the_same_function_with_fewer_parameters(share: str, numbers: int) -> None:
    """VPT, Fig. 12."""
    shared = TunedBackbone(randomised(VIT), dict(type='DeepPrompts', num_tokens=5, share=share)).double()
    apart = TunedBackbone(randomised(VIT), dict(type='DeepPrompts', num_tokens=5)).double()
    assert count(shared) == numbers
    for index, prompts in enumerate(apart.tuner.prompts):
        prompts.data = shared.tuner.prompts[index % len(shared.tuner.prompts)].expand(5, -1).clone()
    image = torch.randn(2, 3, 32, 48, dtype=torch.float64)
    assert_close(shared(image)[-1], apart(image)[-1], rtol=0, atol=1e-12)


def test_prompts_shared_among_blocks_of_a_swin_are_a_set_for_each_width() -> None:
    tuned = TunedBackbone(randomised(SWINS['mmpretrain']), dict(type='DeepPrompts', num_tokens=5, share='inter'))
    assert [tuple(prompts.shape) for prompts in tuned.tuner.prompts] == [(5, 16), (5, 32), (5, 64), (5, 128)]
    assert tuned.double()(torch.randn(1, 3, 64, 64, dtype=torch.float64))[-1].isfinite().all()


def test_fixed_prompts_act_and_do_not_train() -> None:
    tuned = TunedBackbone(randomised(VIT), dict(type='DeepPrompts', num_tokens=5, learn=False)).double()
    assert count(tuned) == 0
    assert 'tuner.prompts.0' in tuned.state_dict()
    image = torch.randn(1, 3, 32, 32, dtype=torch.float64)
    assert not torch.allclose(tuned(image)[-1], randomised(VIT)(image)[-1])


def test_unknown_sharing_is_refused() -> None:
    with pytest.raises(ValueError, match="share='both' is unknown. There are 'intra', 'inter', 'all'"):
        TunedBackbone(VIT, dict(type='DeepPrompts', share='both'))
