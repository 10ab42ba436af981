"""Prompts in pixel space are pixels: what the network makes of them is what it makes of an image that has them."""

from __future__ import annotations

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.models import TunedBackbone
from mmvpt.tuners.base import prompt_bound
from mmvpt.tuners.pixel import xavier

ARCH = dict(embed_dims=32, num_layers=3, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
RESNET = dict(type='mmpretrain.ResNet', depth=18, base_channels=16, stem_channels=8)
CONVNEXT = dict(type='mmpretrain.ConvNeXt', arch=dict(depths=[1, 1, 1, 1], channels=[16, 16, 32, 32]), out_indices=(3,))
SWIN = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2]),
    img_size=32,
    window_size=2,
    pad_small_map=True,
)
BEIT = {**VIT, 'type': 'mmpretrain.BEiTViT'}
MEAN, STD = torch.tensor([123.675, 116.28, 103.53]), torch.tensor([58.395, 57.12, 57.375])
PAD = dict(type='PadPrompts', padding=3, img_size=(32, 40))


def tuned(backbone: dict, tuner: dict | list) -> TunedBackbone:
    torch.manual_seed(0)
    return TunedBackbone(MODELS.build(backbone), tuner).double().eval()


def seen_by(module: nn.Module, model: nn.Module, image: Tensor) -> Tensor:
    seen = []
    handle = module.register_forward_hook(lambda module, args, output: seen.append(args[0]))
    model(image)
    handle.remove()
    return seen[0]


@pytest.mark.parametrize(
    ('padding', 'number'), [(1, 2_700), (3, 8_172), (5, 13_740), (7, 19_404), (9, 25_164), (11, 31_020)]
)
def test_a_frame_has_the_numbers_of_the_paper(padding: int, number: int) -> None:
    """12 p (224 + p), for the p of appendix A."""
    model = TunedBackbone(RESNET, dict(type='PadPrompts', padding=padding))
    assert sum(param.numel() for param in model.tuner.parameters()) == number


@pytest.mark.parametrize('backbone', [RESNET, CONVNEXT, VIT], ids=['ResNet', 'ConvNeXt', 'ViT'])
def test_the_image_is_in_the_middle_of_a_frame_of_normalised_pixels(backbone: dict) -> None:
    model = tuned(backbone, dict(PAD, padding=4))  # which leaves whole patches
    image = torch.randn(2, 3, 32, 40, dtype=torch.float64)
    first = next(module for module in model.backbone.modules() if isinstance(module, nn.Conv2d))
    framed = seen_by(first, model, image)
    assert framed.shape == (2, 3, 40, 48)
    assert_close(framed[:, :, 4:-4, 4:-4], image, rtol=0, atol=0)
    params = list(model.tuner.parameters())
    rows, columns = ((255 * param.detach() - MEAN.view(3, 1, 1)) / STD.view(3, 1, 1) for param in params)
    for one in framed:
        assert_close(torch.cat([one[:, :4], one[:, -4:]], dim=1), rows)
        assert_close(torch.cat([one[:, 4:-4, :4], one[:, 4:-4, -4:]], dim=2), columns)
    assert all(0 <= param.min() < 0.1 and 0.9 < param.max() <= 1 for param in params)


def test_pixels_drawn_as_the_backbone_sees_them_are_not_normalised() -> None:
    model = tuned(RESNET, dict(PAD, start='normal'))
    framed = seen_by(model.backbone.conv1, model, torch.zeros(1, 3, 32, 40, dtype=torch.float64))
    assert_close(framed[0, :, :3], model.tuner.rows[:, :3].detach())
    assert abs(model.tuner.rows.std().item() - 1) < 0.1


CHANNELS = dict(type='ChannelPrompts', img_size=32)
PATCHES = dict(type='PatchPrompts', num_tokens=10)
#: Xavier's bound for the first layer: sqrt(6 / (3 * 8 * 8 + 32)) of the ViT, sqrt(6 / (3 * 7 * 7 + 8)) of the ResNet.
BOUNDS = [(VIT, PAD, 0.163663), (VIT, PATCHES, 0.163663), (VIT, CHANNELS, 0.163663)]
BOUNDS += [(RESNET, PAD, 0.196748), (RESNET, CHANNELS, 0.196748)]


@pytest.mark.parametrize(('backbone', 'tuner', 'bound'), BOUNDS)
def test_pixels_start_in_the_bound_of_the_paper_by_option(backbone: dict, tuner: dict, bound: float) -> None:
    """VPT, appendix A: xavier uniform; in the public code that bound is of patches, and of a channel's weights too."""
    tuner = tuned(backbone, dict(tuner, start='xavier')).tuner
    first = [param.detach().clone() for param in tuner.parameters()]
    tuner.init_weights()
    for pixels, before in zip(tuner.parameters(), first, strict=True):
        assert not torch.equal(pixels, before)
        for drawn in (pixels, before):
            assert 0.95 * bound < drawn.abs().max() < bound + 1e-6
            assert abs(drawn.mean()) < 0.1 * bound


def test_the_bound_of_a_vit_b_is_that_of_its_tokens() -> None:
    assert xavier(nn.Conv2d(3, 768, 16)).keywords == dict(a=-0.0625, b=0.0625)
    assert prompt_bound(16, 768) == 0.0625


def test_pixels_that_start_in_the_bound_of_the_paper_are_not_normalised() -> None:
    model = tuned(VIT, dict(PATCHES, start='xavier'))
    expected = model.backbone.patch_embed.projection(model.tuner.patches).flatten(1)
    assert_close(model.tuner.compute(), expected)


def test_pixels_are_normalised_as_the_images_are() -> None:
    model = tuned(RESNET, dict(PAD, mean=[127.5] * 3, std=[127.5] * 3))
    framed = seen_by(model.backbone.conv1, model, torch.zeros(1, 3, 32, 40, dtype=torch.float64))
    assert_close(framed[0, :, :3], 2 * model.tuner.rows[:, :3].detach() - 1)


def test_patches_enter_as_tokens_of_the_embedding_without_a_position() -> None:
    model = tuned(VIT, dict(type='PatchPrompts', num_tokens=5))
    torch.manual_seed(0)
    plain = MODELS.build(VIT).double()
    plain.eval()
    patches = (255 * model.tuner.patches - MEAN.view(3, 1, 1)) / STD.view(3, 1, 1)
    tokens = plain.patch_embed(torch.cat(list(patches), dim=2)[None])[0]  # as one image, five patches wide
    assert tokens.shape == (1, 5, 32)
    plain.pre_norm = nn.Module()  # right before the first block
    plain.pre_norm.forward = lambda x: torch.cat([x, tokens.expand(len(x), -1, -1)], dim=1)
    plain._format_output = lambda x, grid: x[:, 0]
    image = torch.randn(2, 3, 32, 48, dtype=torch.float64)
    assert_close(model(image)[-1], plain(image)[-1], rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    'backbone', [RESNET, CONVNEXT, VIT, BEIT, SWIN], ids=['ResNet', 'ConvNeXt', 'ViT', 'BEiT', 'Swin']
)
def test_channels_equal_a_first_layer_that_sees_them_beside_the_image(backbone: dict) -> None:
    model = tuned(backbone, dict(type='ChannelPrompts', num_channels=2, img_size=32))
    torch.manual_seed(0)
    plain = MODELS.build(backbone).double()
    plain.eval()
    first = next(module for module in plain.modules() if isinstance(module, nn.Conv2d))
    channels, weight = model.tuner.prompts, torch.cat([first.weight, model.tuner.layer.weight], dim=1)
    wide = nn.Conv2d(5, first.out_channels, first.kernel_size, first.stride, first.padding).double()
    wide.weight.data = weight.data
    wide.bias.data = torch.zeros_like(wide.bias) if first.bias is None else first.bias.data
    first.forward = lambda x: wide(torch.cat([x, channels.expand(len(x), -1, -1, -1)], dim=1))
    image = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    assert_close(model(image)[-1], plain(image)[-1], rtol=0, atol=1e-10)


def test_of_two_frames_the_second_is_around_the_first() -> None:
    outer = dict(PAD, padding=1, img_size=(38, 46))
    model = tuned(RESNET, [PAD, outer])
    image = torch.randn(1, 3, 32, 40, dtype=torch.float64)
    framed = seen_by(model.backbone.conv1, model, image)
    assert_close(framed[:, :, 4:-4, 4:-4], image, rtol=0, atol=0)
    inner, around = model.tuner
    assert_close(framed[0, :, 1:-1, 1:-1], inner.pad(image)[0])
    assert_close(framed[0, :, 0], around.normalise(around.rows)[:, 0])
    with pytest.raises(ValueError, match=r'frame for images of 3 channels and 38 x 46 pixels; got 3 of 32 x 40'):
        tuned(RESNET, [outer, PAD])(image)


@pytest.mark.parametrize(
    ('tuner', 'message'),
    [
        (PAD, r'frame for images of 3 channels and 32 x 40 pixels; got 3 of 32 x 32. Set img_size'),
        (dict(type='ChannelPrompts', img_size=64), r'for images of 64 x 64 pixels.*map of 32 x 32; got one of 16 x 16'),
    ],
)
def test_images_of_another_size_are_refused(tuner: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tuned(RESNET, tuner)(torch.randn(1, 3, 32, 32, dtype=torch.float64))


@pytest.mark.parametrize(
    ('tuner', 'message'),
    [
        (dict(type='PadPrompts', padding=0), 'padding must be 1 or more, got 0'),
        (dict(type='PadPrompts', img_size=(32, 32, 3)), r'img_size must be the side of square images.*\(32, 32, 3\)'),
        (dict(type='PadPrompts', img_size=0), 'img_size must be the side of square images'),
        (dict(type='PadPrompts', start='he'), "Unknown start 'he' of PadPrompts. There are: uniform, normal, xavier"),
        (dict(CHANNELS, start='normal'), "Unknown start 'normal' of ChannelPrompts. There are: uniform, xavier"),
        (dict(type='PadPrompts', std=[1.0, 0.0, 1.0]), 'those of std positive'),
        (dict(type='PadPrompts', mean=[1.0]), 'must be as many numbers'),
        (dict(type='PatchPrompts', num_tokens=0), 'num_tokens must be 1 or more, got 0'),
        (dict(type='ChannelPrompts', num_channels=0), 'num_channels must be 1 or more, got 0'),
    ],
)
def test_bad_options_are_refused(tuner: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tuned(VIT, tuner)


def test_patches_need_tokens_that_travel_and_a_plain_embedding() -> None:
    for backbone, name in ((RESNET, 'ResNet'), (SWIN, 'SwinTransformer')):
        with pytest.raises(TypeError, match=f'PatchPrompts needs tokens that a convolution alone .* none in {name}'):
            tuned(backbone, dict(type='PatchPrompts'))


def test_patches_and_shallow_prompts_both_want_the_sequence() -> None:
    with pytest.raises(ValueError, match='both claim the token sequence'):
        tuned(VIT, [dict(type='ShallowPrompts'), dict(type='PatchPrompts')])


def test_channels_and_bounds_need_a_convolution() -> None:
    for tuner in (CHANNELS, dict(PAD, start='xavier')):
        with pytest.raises(TypeError, match=r'whose first layer is a convolution, and there is none in Linear'):
            TunedBackbone(nn.Linear(2, 2), tuner)
