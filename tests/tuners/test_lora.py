"""LoRA starts as the plain backbone, meets prompts, and merges back exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.engine import merge_delta, save_delta
from mmvpt.models import TunedBackbone

ARCH = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
BEIT = dict(type='mmpretrain.BEiTViT', arch=ARCH, img_size=32, patch_size=8)
MMSEG = dict(
    type='mmseg.VisionTransformer',
    img_size=(32, 32),
    patch_size=8,
    embed_dims=32,
    num_layers=2,
    num_heads=2,
    mlp_ratio=2,
    out_indices=1,
)
SWIN = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 2, 1, 1], num_heads=[1, 1, 2, 2]),
    img_size=32,
    window_size=2,
    pad_small_map=True,
)
FAMILIES = [VIT, BEIT, MMSEG, SWIN]
EVERYWHERE = dict(type='LoRA', rank=2, alpha=3.0, targets='all-linear')
PROMPTS = dict(type='DeepPrompts', num_tokens=3)
TRAVELLING = dict(type='ShallowPrompts', num_tokens=3)
OTHERS = [TRAVELLING, PROMPTS, dict(type='Adapter', reduction=4)]


def awake(config: dict, tuner: dict | list) -> TunedBackbone:
    """A tuned backbone in float64, its updates as if they had been trained."""
    torch.manual_seed(0)
    tuned = TunedBackbone(MODELS.build(config), tuner).double().eval()
    for name, param in tuned.tuner.named_parameters():
        if name.endswith('.up'):
            nn.init.normal_(param, std=0.1)
    return tuned


def image() -> Tensor:
    return torch.randn(2, 3, 32, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ('options', 'params'),
    [
        (dict(rank=8), 12 * 2 * 8 * (768 + 768)),  # 294,912
        (dict(rank=16, targets=['q', 'k', 'v']), 12 * 3 * 16 * (768 + 768)),
        (dict(rank=4, targets='all-linear'), 12 * 4 * (4 * (768 + 768) + 2 * (768 + 3072))),
    ],
)
def test_parameters_of_vit_b(options: dict, params: int) -> None:
    tuned = TunedBackbone(dict(type='mmpretrain.VisionTransformer', arch='b'), dict(type='LoRA', **options))
    assert sum(param.numel() for param in tuned.tuner.parameters()) == params


def merged_by_hand(tuned: TunedBackbone, lora: nn.Module) -> nn.Module:
    """A plain backbone with W + alpha / rank * B A, matched by hand for a ViT of mmpretrain."""
    plain = MODELS.build(VIT).double()
    plain.load_state_dict(tuned.backbone.state_dict())
    plain.eval()
    updates = iter(lora.updates)
    with torch.no_grad():
        for layer in plain.layers:
            thirds = layer.attn.qkv.weight.chunk(3)
            for part, factors in next(updates).factors.items():
                thirds[int(part)].add_(1.5 * factors.up @ factors.down)
            for linear in (layer.attn.proj, layer.ffn.layers[0][0], layer.ffn.layers[1]):
                (factors,) = next(updates).factors.values()
                linear.weight += 1.5 * factors.up @ factors.down
    return plain


def test_it_computes_what_the_updated_weights_would() -> None:
    tuned = awake(VIT, EVERYWHERE)
    assert_close(tuned(image()), merged_by_hand(tuned, tuned.tuner)(image()), rtol=0, atol=1e-12)


def test_prompts_meet_the_updated_projections() -> None:
    tuned = awake(VIT, [EVERYWHERE, PROMPTS])
    lora, prompts = tuned.tuner
    other = TunedBackbone(merged_by_hand(tuned, lora), PROMPTS).double().eval()
    other.tuner.load_state_dict(prompts.state_dict())
    assert_close(tuned(image()), other(image()), rtol=0, atol=1e-12)


@pytest.mark.parametrize('config', FAMILIES, ids=lambda config: config['type'])
@pytest.mark.parametrize('tuner', [EVERYWHERE, [EVERYWHERE, *OTHERS]], ids=['alone', 'with others'])
def test_folded_it_is_the_same_function_without_updates(config: dict, tuner: dict | list) -> None:
    if config is BEIT and isinstance(tuner, list):
        tuner = [item for item in tuner if item is not TRAVELLING]  # whose sequence cannot grow
    tuned = awake(config, tuner)
    before = tuned(image())[-1]
    own = {name: tensor.clone() for name, tensor in tuned.state_dict().items()}
    assert_close(tuned.fold()(image())[-1], before, rtol=0, atol=1e-12)
    with torch.no_grad():
        for name, param in tuned.tuner.named_parameters():
            if name.endswith('.up'):
                param.zero_()
    assert_close(tuned(image())[-1], before, rtol=0, atol=1e-12)  # nobody asked the updates
    tuned.train()
    assert all(torch.equal(tensor, own[name]) for name, tensor in tuned.backbone.state_dict(prefix='backbone.').items())


@pytest.mark.parametrize('config', FAMILIES, ids=lambda config: config['type'])
def test_merged_for_good_the_plain_backbone_computes_the_same(config: dict) -> None:
    tuned = awake(config, EVERYWHERE)
    before = tuned(image())[-1]
    tuned.tuner.merge()
    plain = MODELS.build(config).double()
    plain.load_state_dict(tuned.backbone.state_dict())
    plain.eval()
    assert_close(plain(image())[-1], before, rtol=0, atol=1e-12)
    assert_close(tuned(image())[-1], before, rtol=0, atol=1e-12)


def classifier(backbone: dict) -> dict:
    head = dict(type='LinearClsHead', num_classes=3, in_channels=32)
    return dict(type='ImageClassifier', backbone=backbone, head=head)


def test_a_plain_model_loads_the_merged_checkpoint(tmp_path: Path) -> None:
    base = tmp_path / 'base.pth'
    torch.save(MODELS.build(VIT).state_dict(), base)
    init_cfg = dict(type='Pretrained', checkpoint=str(base))
    tuned = dict(type='mmvpt.TunedBackbone', backbone=VIT, tuner=EVERYWHERE, init_cfg=init_cfg)
    config = Config(dict(model=classifier(tuned), default_scope='mmpretrain'))
    model = MODELS.build(dict(config.model, _scope_='mmpretrain'))
    model.init_weights()
    for name, param in model.named_parameters():
        if name.endswith('.up'):
            nn.init.normal_(param, std=0.1)
    save_delta(tmp_path / 'delta.safetensors', model)
    moved = merge_delta(config, tmp_path / 'delta.safetensors', tmp_path / 'plain.pth', plain=True)
    assert moved < 1e-5  # float32
    plain = MODELS.build(dict(classifier(VIT), _scope_='mmpretrain'))
    plain.load_state_dict(torch.load(tmp_path / 'plain.pth')['state_dict'])
    x = image().float()
    assert_close(plain.eval()(x), model.eval()(x), rtol=0, atol=1e-5)


def test_prompts_have_no_place_in_a_plain_backbone() -> None:
    with pytest.raises(TypeError, match='What DeepPrompts adds has no place .* Merge without --plain'):
        awake(VIT, [EVERYWHERE, PROMPTS]).tuner.merge()


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(rank=0), 'rank must be 1 or more, got 0'),
        (dict(rank=33), r'LoRA\(rank=33\) is no low rank for a layer of width 32'),
        (dict(alpha=0), 'alpha must be positive'),
        (dict(dropout=1.0), r'dropout must be in \[0, 1\)'),
        (dict(targets=()), "or 'all-linear' for all"),
        (dict(targets=['q', 'o']), 'Give some of q, k, v, out, ffn'),
    ],
)
def test_bad_options_are_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TunedBackbone(VIT, dict(type='LoRA', **options))


def test_two_of_them_on_one_backbone_are_refused() -> None:
    with pytest.raises(ValueError, match='LoRA and LoRA both claim updates of its weights'):
        TunedBackbone(VIT, [dict(type='LoRA'), dict(type='LoRA', targets=['ffn'])])


def test_a_family_without_attention_is_refused() -> None:
    with pytest.raises(TypeError, match='LoRA needs blocks with attention.*mmpretrain.SwinTransformer'):
        TunedBackbone(dict(type='mmpretrain.ResNet', depth=18), dict(type='LoRA'))
