"""Prompts that are added: what a plain backbone makes of tokens to which the same vectors were added by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.models import TunedBackbone
from mmvpt.tuners import AddPrompts

ARCH = dict(embed_dims=32, num_layers=3, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8, out_type='featmap')
MMSEG_VIT = dict(type='mmseg.VisionTransformer', img_size=32, patch_size=8, embed_dims=32, num_layers=3, num_heads=2)
SWIN = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 2, 1, 1], num_heads=[1, 1, 2, 2]),
    img_size=32,
    window_size=2,
    pad_small_map=True,
)
ADD = dict(type='AddPrompts', img_size=(32, 40))
ANY = dict(type='AddPrompts', per_token=False)
SHALLOW = dict(type='ShallowPrompts', num_tokens=3)
DEEP = dict(type='DeepPrompts', num_tokens=3)


def tuned(backbone: dict, tuner: dict | list) -> TunedBackbone:
    return TunedBackbone(randomised(backbone), tuner).double().eval()


def randomised(backbone: dict) -> nn.Module:
    torch.manual_seed(0)
    model = MODELS.build(backbone).double()
    for param in model.parameters():
        nn.init.normal_(param, mean=float(param.dim() == 1) / 2, std=0.1)
    model.eval()
    return model


def blocks_of(model: nn.Module) -> list[nn.Module]:
    return [block for stage in model.stages for block in stage.blocks] if hasattr(model, 'stages') else [*model.layers]


class Added:
    """The slow truth: a block whose forward is called with more than it got."""

    def __init__(self, block: nn.Module, vectors: Tensor) -> None:
        self.forward, self.vectors = block.forward, vectors
        block.forward = self

    def __call__(self, x: Tensor, *rest: object) -> Tensor:
        expanded = self.vectors.expand(x.shape[1], -1)
        return self.forward(torch.stack([one + expanded for one in x]), *rest)


def with_added(model: nn.Module, vectors: Iterable[Tensor], blocks: slice = slice(None)) -> nn.Module:
    for block, added in zip(blocks_of(model)[blocks], vectors, strict=True):
        Added(block, added)
    return model


def vectors_of(tuner: nn.Module) -> list[Tensor]:
    return [param.detach() for param in tuner.parameters()]


@pytest.mark.parametrize('backbone', [VIT, MMSEG_VIT, SWIN], ids=['ViT', 'mmseg ViT', 'Swin'])
@pytest.mark.parametrize(
    ('tuner', 'blocks'),
    [
        pytest.param(ADD, slice(None), id='for each token'),
        pytest.param(ANY, slice(None), id='for all tokens'),
        pytest.param({**ADD, 'deep': False}, slice(1), id='for the first block'),
        pytest.param({**ANY, 'start': 1, 'end': -1}, slice(1, -1), id='for all tokens of the blocks within'),
        pytest.param({**ADD, 'start': -2}, slice(-2, None), id='for each token of the last two blocks'),
    ],
)
def test_vectors_are_added_to_what_enters_the_blocks(backbone: dict, tuner: dict, blocks: slice) -> None:
    model = tuned(backbone, tuner)
    image = torch.randn(2, 3, 32, 40, dtype=torch.float64)
    plain = with_added(randomised(backbone), vectors_of(model.tuner), blocks)
    assert_close(model(image)[-1], plain(image)[-1], rtol=0, atol=1e-12)


def test_there_is_a_vector_for_the_class_token_and_each_patch() -> None:
    """197 of them, as in the public code of VPT."""
    with torch.device('meta'):
        backbone = dict(type='mmpretrain.VisionTransformer', arch='b')
        every = TunedBackbone(backbone, dict(type='AddPrompts')).tuner
        first = TunedBackbone(backbone, dict(type='AddPrompts', deep=False)).tuner
        one = TunedBackbone(backbone, dict(type='AddPrompts', per_token=False)).tuner
    assert [tuple(param.shape) for param in every.parameters()] == [(197, 768)] * 12
    assert [tuple(param.shape) for param in first.parameters()] == [(197, 768)]
    assert [tuple(param.shape) for param in one.parameters()] == [(1, 768)] * 12


def test_vectors_of_a_swin_follow_the_grid_of_each_stage() -> None:
    """56, 28, 14 and 7 places a side of images of 224 pixels."""
    tuner = TunedBackbone({**SWIN, 'img_size': 224, 'window_size': 7}, dict(type='AddPrompts')).tuner
    assert [len(param) for param in tuner.parameters()] == [3136, 784, 784, 196, 49]


def test_vectors_start_as_prompts_do() -> None:
    """Bound 0.0625 of ViT-B/16, as all prompts of the public code."""
    torch.manual_seed(0)
    backbone = dict(type='mmpretrain.VisionTransformer', arch={**ARCH, 'embed_dims': 768, 'num_heads': 12})
    tuner = TunedBackbone(backbone, dict(type='AddPrompts', deep=False)).tuner
    before = tuner.additions[0].vectors.detach().clone()
    tuner.init_weights()
    (vectors,) = tuner.parameters()
    assert not torch.equal(vectors, before)
    assert 0.0624 < vectors.abs().max() <= 0.0625
    assert math.isclose(vectors.std(), 0.0625 / math.sqrt(3), rel_tol=0.01)


@pytest.mark.parametrize('order', [[ADD, DEEP], [DEEP, ADD]], ids=['added first', 'deep prompts first'])
def test_nothing_is_added_to_deep_prompts_in_either_order(order: list) -> None:
    model = tuned(VIT, order)
    by_name = {type(tuner).__name__: tuner for tuner in model.tuner}
    alone = tuned(VIT, DEEP)
    alone.tuner.load_state_dict(by_name['DeepPrompts'].state_dict())
    with_added(alone.backbone, vectors_of(by_name['AddPrompts']))
    image = torch.randn(2, 3, 32, 40, dtype=torch.float64)
    assert_close(model(image)[-1], alone(image)[-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize('backbone', [VIT, SWIN], ids=['ViT', 'Swin'])
@pytest.mark.parametrize('tuner', [ADD, ANY], ids=['for each token', 'for all tokens'])
def test_listed_before_shallow_prompts_they_add_to_the_tokens_of_the_image_alone(backbone: dict, tuner: dict) -> None:
    model = tuned(backbone, [tuner, SHALLOW])
    added, prompts = model.tuner
    alone = tuned(backbone, SHALLOW)
    alone.tuner.load_state_dict(prompts.state_dict())
    for block, vectors in zip(blocks_of(alone.backbone), vectors_of(added), strict=True):
        AddedBefore(alone.backbone, block, vectors)
    image = torch.randn(2, 3, 32, 40, dtype=torch.float64)
    assert_close(model(image)[-1], alone(image)[-1], rtol=0, atol=1e-12)


class AddedBefore(Added):
    """The same where prompts stand behind the tokens of the image."""

    def __init__(self, model: nn.Module, block: nn.Module, vectors: Tensor) -> None:
        super().__init__(block, vectors)
        self.behind = 0 if hasattr(model, 'stages') else 3

    def __call__(self, x: Tensor, *rest: object) -> Tensor:
        end = x.shape[1] - self.behind
        added = x[:, :end] + self.vectors
        return self.forward(torch.cat([added, x[:, end:]], dim=1), *rest)


@pytest.mark.parametrize('first', [SHALLOW, dict(type='PatchPrompts'), {**DEEP, 'pool': 'prompt'}])
def test_behind_tuners_whose_prompts_they_would_add_to_they_are_refused(first: dict) -> None:
    kind = first['type']
    with pytest.raises(ValueError, match=f'AddPrompts come after {kind}.* List AddPrompts before {kind}'):
        TunedBackbone(VIT, [first, ANY])
    assert TunedBackbone(VIT, [ANY, first])(torch.zeros(1, 3, 32, 32))[-1].isfinite().all()


def test_images_of_another_size_are_refused() -> None:
    model = tuned(VIT, ADD)
    with pytest.raises(ValueError, match=r'of images of 32 x 40 pixels; got images of 40 x 32. Set img_size'):
        model(torch.zeros(1, 3, 40, 32, dtype=torch.float64))
    assert tuned(VIT, ANY)(torch.zeros(1, 3, 40, 32, dtype=torch.float64))[-1].isfinite().all()


def test_a_frame_comes_first_and_counts_in_the_size() -> None:
    pad, image = dict(type='PadPrompts', padding=4, img_size=32), torch.zeros(1, 3, 32, 32, dtype=torch.float64)
    assert tuned(VIT, [pad, dict(type='AddPrompts', img_size=40)])(image)[-1].shape[-2:] == (5, 5)
    with pytest.raises(ValueError, match=r'images of 32 x 32 pixels; got images of 40 x 40.*after PadPrompts'):
        tuned(VIT, [pad, dict(type='AddPrompts', img_size=32)])(image)
    with pytest.raises(ValueError, match=r'vectors for 17 tokens.* got 26. List .*PadPrompts, before AddPrompts'):
        tuned(VIT, [dict(type='AddPrompts', img_size=32), pad])(image)


@pytest.mark.parametrize(
    ('tuner', 'message'),
    [
        (dict(type='AddPrompts', img_size=0), 'img_size must be the side of square images, or height and width; got 0'),
        (dict(type='AddPrompts', img_size=(1, 2, 3)), r'img_size must be .* got \(1, 2, 3\)'),
        (dict(type='AddPrompts', start=3), 'Blocks from start=3 to end=3 are not in this backbone, which has 3'),
    ],
)
def test_impossible_vectors_are_refused(tuner: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TunedBackbone(VIT, tuner)


def test_a_backbone_without_tokens_is_refused() -> None:
    with pytest.raises(TypeError, match=r'AddPrompts needs blocks that take a sequence.*ResNet.*mmpretrain.ViTEVA02'):
        TunedBackbone(dict(type='mmpretrain.ResNet', depth=18), dict(type='AddPrompts'))


def test_vectors_follow_autocast() -> None:
    model = TunedBackbone(MODELS.build(VIT), ANY).train()
    with torch.autocast('cpu', torch.bfloat16):
        model(torch.randn(2, 3, 32, 32))[-1].float().square().mean().backward()
    assert isinstance(model.tuner, AddPrompts)
    assert all(param.grad.dtype == torch.float32 and param.grad.any() for param in model.tuner.parameters())


@pytest.mark.parametrize('added_first', [True, False], ids=['added first', 'edited first'])
def test_beside_another_edit_of_the_same_tokens_the_order_of_the_list_counts(added_first: bool) -> None:
    add, pro = {**ANY, 'deep': False}, dict(type='ProTuning', positions=[0], beta=0.5)
    model = tuned(VIT, [add, pro] if added_first else [pro, add])
    by_name = {type(tuner).__name__: tuner for tuner in model.tuner}
    (vector,) = vectors_of(by_name['AddPrompts'])
    (block,) = (module for module in by_name['ProTuning'].modules() if type(module).__name__ == 'PromptBlock')
    image = torch.randn(2, 3, 32, 40, dtype=torch.float64)
    entered = []
    for each in (model, randomised(VIT)):
        each.layers[0].ln1.register_forward_hook(lambda module, args, out: entered.append(args[0][:, 1:]))
        each(image)
    ours, tokens = entered
    maps = (tokens + vector if added_first else tokens).transpose(1, 2).unflatten(2, (4, 5))
    edited = block(maps).flatten(2).transpose(1, 2)
    assert_close(ours, edited if added_first else edited + vector, rtol=0, atol=1e-12)
