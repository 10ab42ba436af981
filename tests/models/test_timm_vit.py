"""ViTs of timm: their own outputs, their own names, and prompts that equal tokens."""

from __future__ import annotations

import copy
import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS, init_default_scope
from mmpretrain.registry import MODELS as mmpretrain_models
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.anatomy import describe
from mmvpt.models import TimmViT, TunedBackbone

timm = pytest.importorskip('timm')

SMALL = dict(embed_dim=32, depth=3, num_heads=2, img_size=42)
DINOV2 = dict(model='vit_small_patch14_reg4_dinov2.lvd142m', **SMALL)
SIGLIP = dict(model='vit_base_patch16_siglip_224', **SMALL | dict(img_size=48))
EVA02 = dict(model='eva02_base_patch14_224', **SMALL)
DINOV3 = dict(model='vit_small_patch16_dinov3', **SMALL | dict(img_size=48))
MODELS_OF_TIMM = dict(dinov2=DINOV2, siglip=SIGLIP, eva02=EVA02, dinov3=DINOV3)
VARIANTS = MODELS_OF_TIMM | {
    'query and key norms': DINOV2 | dict(qk_norm=True, scale_attn_norm=True),
    'norm behind the attention': dict(model='eva02_base_patch14_224', use_post_norm=True, **SMALL),
    'fused, with biases': EVA02 | dict(qkv_fused=True, qk_norm=True, scale_attn_inner=True),
    'attention of another class': dict(model='eva02_large_patch14_224', qkv_fused=False, attn_type='rope', **SMALL),
    'several queries to a key': dict(
        DINOV3, attn_type='rope', qkv_fused=False, num_kv_heads=1, qk_norm=True, qkv_bias=True
    ),
    'positions of each layer': EVA02 | dict(rope_type='mixed', use_abs_pos_emb=False),
}


def built(config: dict, **changes) -> nn.Module:
    """A ViT whose biases, norms, scales and tokens all count."""
    torch.manual_seed(0)
    vit = MODELS.build(dict(type='mmvpt.TimmViT', **config, **changes))
    for name, param in vit.named_parameters():
        nn.init.normal_(param, mean=float('norm' in name and name.endswith('weight')), std=0.2)
    return vit.eval()


def test_the_backbone_is_the_very_model_that_timm_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    models = []
    create = timm.create_model
    monkeypatch.setattr(
        timm, 'create_model', lambda *args, **kwargs: models.append(create(*args, **kwargs)) or models[0]
    )
    assert TimmViT('vit_tiny_patch16_224') is models[0]


def image_for(vit: nn.Module, size: tuple[int, int] = (42, 56), dtype: torch.dtype = torch.float64) -> Tensor:
    height, width = (-(-side // vit.patch_embed.patch_size[0]) * vit.patch_embed.patch_size[0] for side in size)
    return torch.randn(2, 3, height, width, dtype=dtype)


@pytest.mark.parametrize('config', MODELS_OF_TIMM.values(), ids=MODELS_OF_TIMM)
def test_names_and_outputs_are_those_of_timm(config: dict) -> None:
    vit = built(config, out_type='pooled')
    options = {name: value for name, value in config.items() if name != 'model'}
    plain = timm.create_model(config['model'], num_classes=0, dynamic_img_size=True, **options).eval()
    assert vit.state_dict().keys() == plain.state_dict().keys()
    plain.load_state_dict(vit.state_dict())
    image = image_for(vit, dtype=torch.float32)
    assert_close(vit(image), (plain(image),), rtol=0, atol=0)


@pytest.mark.parametrize('config', MODELS_OF_TIMM.values(), ids=MODELS_OF_TIMM)
def test_the_last_map_is_normed_and_lower_ones_are_as_they_are(config: dict) -> None:
    vit = built(config, out_indices=(0, -1))
    image = image_for(vit, dtype=torch.float32)
    lower, last = vit(image)
    raw = []
    vit.blocks[0].register_forward_hook(lambda module, args, out: raw.append(out))
    tokens = vit.fc_norm(vit.forward_features(image))[:, vit.num_prefix_tokens :]
    assert_close(last.flatten(2).transpose(1, 2), tokens)
    assert_close(lower.flatten(2).transpose(1, 2), raw[0][:, vit.num_prefix_tokens :])
    side = vit.patch_embed.patch_size[0]
    assert last.shape == (2, 32, image.shape[2] // side, image.shape[3] // side)


def test_layers_above_the_last_output_are_not_computed() -> None:
    vit = built(DINOV2, out_indices=1)
    vit.blocks[2].register_forward_hook(lambda *args: pytest.fail('computed'))
    (out,) = vit(image_for(vit, dtype=torch.float32))
    assert out.shape[1] == 32


def test_the_class_token_is_normed() -> None:
    vit = built(DINOV2, out_type='cls_token')
    image = image_for(vit, dtype=torch.float32)
    assert_close(vit(image), (vit.forward_features(image)[:, 0],))


def test_an_image_is_padded_to_whole_patches() -> None:
    vit = built(DINOV2)
    image = torch.randn(1, 3, 30, 50)
    padded = nn.functional.pad(image, (0, 6, 0, 12))
    assert_close(vit(image), vit(padded), rtol=0, atol=0)


class TokensInFront:
    """Prompts that enter the first of some blocks, as tokens without a position; what leaves the last is dropped."""

    def __init__(self, blocks: Sequence[nn.Module], prompts: Tensor) -> None:
        self.prompts = prompts
        for block in blocks:
            if hasattr(block.attn, 'num_prefix_tokens'):  # of what has no rotary position
                block.attn.num_prefix_tokens += len(prompts)
        blocks[0].register_forward_pre_hook(self.insert)
        blocks[-1].register_forward_hook(self.remove)

    def insert(self, module: nn.Module, args: tuple) -> tuple:
        return torch.cat([self.prompts.expand(len(args[0]), -1, -1), args[0]], dim=1), *args[1:]

    def remove(self, module: nn.Module, args: tuple, x: Tensor) -> Tensor:
        return x[:, len(self.prompts) :]


@pytest.mark.parametrize('end', [None, 2], ids=['all', 'the first two, and on through the third'])
@pytest.mark.parametrize('config', VARIANTS.values(), ids=VARIANTS)
def test_deep_prompts_as_keys_equal_deep_prompts_as_tokens(config: dict, end: int | None) -> None:
    tuned = TunedBackbone(built(config), dict(type='DeepPrompts', num_tokens=5, end=end)).double().eval()
    plain = built(config).double()
    prompts = list(tuned.tuner.prompts)
    for tokens in prompts:
        nn.init.normal_(tokens)
    first, second, third = plain.blocks
    ways = [[first], [second], [third]] if end is None else [[first], [second, third]]
    for blocks, tokens in zip(ways, prompts, strict=True):
        TokensInFront(blocks, tokens)
    image = image_for(plain)
    ours, theirs = tuned(image)[0], plain(image)[0]
    assert_close(ours, theirs, rtol=0, atol=1e-10)
    weights = torch.randn_like(ours)
    for out, other in zip(
        torch.autograd.grad((ours * weights).sum(), prompts),
        torch.autograd.grad((theirs * weights).sum(), prompts),
        strict=True,
    ):
        assert out.abs().max() > 1e-9
        assert_close(out, other, rtol=0, atol=1e-10)
    assert not torch.allclose(built(config).double()(image)[0], ours)


@pytest.mark.parametrize('config', VARIANTS.values(), ids=VARIANTS)
def test_shallow_prompts_travel_without_a_position(config: dict) -> None:
    tuned = TunedBackbone(built(config), dict(type='ShallowPrompts', num_tokens=5)).double().eval()
    plain = built(config).double()
    TokensInFront(plain.blocks, tuned.tuner.prompts[0])
    image = image_for(plain)
    assert_close(tuned(image), plain(image), rtol=0, atol=1e-10)


@pytest.mark.parametrize('index', [0, 1, 3])
@pytest.mark.parametrize('config', [DINOV2, DINOV3], ids=['dinov2', 'dinov3'])
def test_points_show_the_patches_and_leave_class_token_and_registers(config: dict, index: int) -> None:
    plain = built(config)
    edited, seen = copy.deepcopy(plain), []

    class Double(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            seen.append(tuple(x.shape))
            return 2 * x

    describe(edited).points[index].after(Double())
    image = image_for(plain, dtype=torch.float32)
    states = []
    for vit in (plain, edited):
        hook = (lambda module, args: states.append(args[0])) if index == 0 else None
        block = vit.blocks[max(index - 1, 0)]
        if hook:
            block.register_forward_pre_hook(hook)
        else:
            block.register_forward_hook(lambda module, args, out: states.append(out))
        vit(image)
    before, after = states
    assert torch.equal(after[:, :5], before[:, :5])
    assert_close(after[:, 5:], 2 * before[:, 5:])
    grid = tuple(side // plain.patch_embed.patch_size[0] for side in image.shape[2:])
    assert seen == [(2, 32, *grid)]


def test_attention_of_another_class_is_left_alone_and_named() -> None:
    differential = DINOV2 | dict(attn_layer='diff')
    assert TunedBackbone(built(differential), dict(type='ProTuning', se_reduction=4))(torch.ones(1, 3, 42, 42))
    with pytest.raises(TypeError, match='DiffAttention cannot take keys and values of prompts'):
        TunedBackbone(built(differential), dict(type='DeepPrompts'))
    parallel = dict(model='vit_small_patch16_18x2_224', **SMALL | dict(img_size=48))
    assert TunedBackbone(built(parallel), dict(type='BiasTuning'))(torch.ones(1, 3, 48, 48))
    with pytest.raises(TypeError, match='DeepPrompts needs blocks with attention, and mmvpt knows none in Timm'):
        TunedBackbone(built(parallel), dict(type='DeepPrompts'))


@pytest.mark.parametrize('config', MODELS_OF_TIMM.values(), ids=MODELS_OF_TIMM)
def test_half_precision_keeps_one_type_for_queries_keys_and_values(config: dict) -> None:
    tuned = TunedBackbone(built(config), dict(type='DeepPrompts', num_tokens=3)).train()
    image = image_for(tuned.backbone, dtype=torch.float32)
    with torch.autocast('cpu', torch.bfloat16):
        (out,) = tuned(image)
    out.float().square().mean().backward()
    assert all(prompts.grad.isfinite().all() and prompts.grad.any() for prompts in tuned.tuner.prompts)
    assert_close(out.float(), tuned(image)[0], rtol=0.1, atol=0.1 * out.float().abs().max().item())


@pytest.mark.parametrize('config', VARIANTS.values(), ids=VARIANTS)
def test_adapters_edit_what_the_residual_sum_takes(config: dict) -> None:
    tuned, plain = (TunedBackbone(built(config), dict(type='Adapter', reduction=4)) for _ in range(2))
    tuned.load_state_dict(plain.state_dict())
    assert [block.ffn for block in describe(tuned.backbone).blocks].count(None) == 0
    image = image_for(plain.backbone, dtype=torch.float32)
    assert_close(tuned.eval()(image), built(config)(image))
    nn.init.normal_(tuned.tuner.adapters[2].up.weight)
    assert not torch.allclose(tuned(image)[0], plain.eval()(image)[0])


def test_a_plain_model_of_timm_can_be_tuned_too() -> None:
    options = {name: value for name, value in DINOV2.items() if name != 'model'}
    plain = timm.create_model(DINOV2['model'], num_classes=7, **options)
    tuned = TunedBackbone(plain, [dict(type='DeepPrompts', num_tokens=3), dict(type='ProTuning', se_reduction=4)])
    assert tuned(torch.randn(2, 3, 42, 42)).shape == (2, 7)


# --------------------------------------------------------------------------------------------------------- weights


def saved(path: Path, **changes) -> tuple[nn.Module, dict]:
    source = built(DINOV2, **changes)
    save_file(source.state_dict(), path)
    return source, dict(type='Pretrained', checkpoint=str(path))


def wrapped(config: dict, init_cfg: dict) -> nn.Module:
    tuned = TunedBackbone(dict(type='mmvpt.TimmViT', **config), dict(type='LinearProbe'), init_cfg)
    tuned.init_weights()
    return tuned.backbone


def alone(config: dict, init_cfg: dict) -> nn.Module:
    vit = MODELS.build(dict(type='mmvpt.TimmViT', **config, init_cfg=init_cfg))
    vit.init_weights()
    return vit


@pytest.mark.parametrize('make', [wrapped, alone])
def test_a_local_file_in_the_format_of_timm_fills_it(make, tmp_path: Path) -> None:
    source, init_cfg = saved(tmp_path / 'dinov2.safetensors')
    assert_close(make(DINOV2, init_cfg).state_dict(), source.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize('make', [wrapped, alone])
def test_positions_of_another_image_size_are_interpolated_as_timm_does(make, tmp_path: Path) -> None:
    source, init_cfg = saved(tmp_path / 'dinov2.safetensors')
    vit = make(DINOV2 | dict(img_size=70), init_cfg).eval()
    assert vit.pos_embed.shape == (1, 25, 32)
    image = torch.randn(1, 3, 70, 70)
    assert_close(vit(image), source(image))


@pytest.mark.parametrize('make', [wrapped, alone])
def test_a_file_of_another_vit_is_refused(make, tmp_path: Path) -> None:
    _, init_cfg = saved(tmp_path / 'dinov2.safetensors')
    with pytest.raises(ValueError, match=r'dinov2\.safetensors fills .*% of the model'):
        make(EVA02, init_cfg)


def test_a_head_in_the_file_is_left_there(tmp_path: Path) -> None:
    options = {name: value for name, value in SIGLIP.items() if name != 'model'}
    source = timm.create_model(SIGLIP['model'], num_classes=7, **options)
    torch.save(source.state_dict(), tmp_path / 'siglip.pth')
    vit = alone(SIGLIP, dict(type='Pretrained', checkpoint=str(tmp_path / 'siglip.pth')))
    assert not any(name.startswith(('attn_pool', 'head')) for name in vit.state_dict())
    assert torch.equal(vit.blocks[1].mlp.fc1.weight, source.blocks[1].mlp.fc1.weight)


# -------------------------------------------------------------------------------------------------------- bad input


def test_without_timm_the_command_to_install_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None if name == 'timm' else find_spec(name))
    with pytest.raises(ImportError, match=r'needs timm, which is not installed.*pip install timm=='):
        TimmViT('vit_small_patch14_dinov2')


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        (dict(model='vit_small_patch14_dino2'), 'Close to it: .*vit_small_patch14_dinov2'),
        (dict(model='resnet50'), r"timm has no 'resnet50' in its families vision_transformer, eva"),
        (dict(model='vit_small_patch14_dinov2.mine'), r'tag \(mine\)'),
        (DINOV2 | dict(wings=2), r"cannot build 'vit_small.*'wings': 2.*unexpected keyword argument 'wings'"),
        (DINOV2 | dict(num_classes=3, pretrained=True), 'sets num_classes, pretrained itself'),
        (DINOV2 | dict(out_indices=(1, 0)), r'no ascending layers of a ViT of 3. There are 0 to 2, or -3 to -1'),
        (DINOV2 | dict(out_indices=3), r'out_indices=3 are no ascending layers'),
        (DINOV2 | dict(out_type='tokens'), r"cannot give out_type='tokens'.*Possible: featmap, cls_token, pooled"),
        (SIGLIP | dict(out_type='cls_token'), 'Possible: featmap, pooled'),
        (DINOV2 | dict(out_type='cls_token', out_indices=(1, 2)), 'Possible: featmap;'),
        (DINOV2 | dict(global_pool='', out_type='pooled'), 'Possible: featmap, cls_token;'),
    ],
)
def test_bad_options_are_refused(config: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MODELS.build(dict(type='mmvpt.TimmViT', **config))


def test_masks_of_attention_are_refused_under_prompts() -> None:
    tuned = TunedBackbone(built(EVA02), dict(type='DeepPrompts', num_tokens=3)).eval()
    with pytest.raises(ValueError, match='takes no attn_mask'):
        tuned.backbone.forward_features(torch.randn(1, 3, 42, 42), is_causal=True)


@pytest.mark.parametrize('config', MODELS_OF_TIMM.values(), ids=MODELS_OF_TIMM)
def test_rates_that_decay_by_layers_know_the_depth_of_all_parameters(config: dict) -> None:
    classifier = dict(type='ImageClassifier', head=dict(type='LinearClsHead', num_classes=2, in_channels=32))
    tuned = dict(
        type='mmvpt.TunedBackbone',
        backbone=dict(type='mmvpt.TimmViT', out_type='pooled', **config),
        tuner=[dict(type='mmvpt.FullTuning'), dict(type='mmvpt.DeepPrompts', num_tokens=2)],
    )
    init_default_scope('mmpretrain')  # whatever a test before left
    model = mmpretrain_models.build(dict(classifier, backbone=tuned))
    optimizer = dict(type='SGD', lr=1.0, weight_decay=0.1)
    constructor = 'mmpretrain.LearningRateDecayOptimWrapperConstructor'
    options = dict(constructor=constructor, paramwise_cfg=dict(layer_decay_rate=0.5), optimizer=optimizer)
    groups = build_optim_wrapper(model, options).optimizer.param_groups
    rates = {group['param_name'].removeprefix('backbone.'): group['lr'] for group in groups}
    assert len(rates) == len(list(model.parameters()))
    stem = 0.5**4  # below three blocks and what comes behind them
    for name, rate in rates.items():
        block = re.match(r'backbone\.blocks\.(\d)\.', name)
        behind = re.match(r'(backbone\.(norm|fc_norm|attn_pool)\.|tuner\.|head\.)', name)
        assert rate == (0.5 ** (3 - int(block[1])) if block else 1.0 if behind else stem), name
    assert set(rates.values()) == {stem, 0.125, 0.25, 0.5, 1.0}
