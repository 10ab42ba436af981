"""Side-tuning mixes a small network into the outputs, as many as there are and of whatever shape."""

from __future__ import annotations

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.models import TunedBackbone

ARCH = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
RESNET = dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8)
SIDE = dict(type='mmpretrain.ResNet', depth=18, stem_channels=4, base_channels=4)


def tuned_by_side(config: dict, alpha: float = 0.0, network: dict = SIDE) -> TunedBackbone:
    torch.manual_seed(0)
    tuned = TunedBackbone(MODELS.build(config), dict(type='SideTuning', network=network)).eval()
    nn.init.constant_(tuned.tuner.alpha, alpha)
    return tuned


def image() -> Tensor:
    return torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def plain(tuned: TunedBackbone, config: dict) -> nn.Module:
    backbone = MODELS.build(config)
    backbone.load_state_dict(tuned.backbone.state_dict())
    backbone.eval()
    return backbone


def vector(tuned: TunedBackbone) -> Tensor:
    """What the side network brings to the last output."""
    return tuned.tuner.projections[-1](tuned.tuner.network(image())[-1].mean(dim=(2, 3)))


def test_parameters_are_those_of_the_vpt_paper() -> None:
    """VPT, Table 12: 10.09 % of ViT-B with a head of 100 classes."""
    tuned = TunedBackbone(dict(type='mmpretrain.VisionTransformer', arch='b'), dict(type='SideTuning'))
    params = sum(param.numel() for param in tuned.tuner.parameters())
    assert params == 9_547_585
    assert round(100 * (params + 76_900) / (85_798_656 + params + 76_900), 2) == 10.09


@pytest.mark.parametrize(('alpha', 'share'), [(0.0, 0.5), (1.0, 0.7310586)])
def test_class_tokens_are_mixed(alpha: float, share: float) -> None:
    tuned = tuned_by_side(VIT, alpha)
    frozen = plain(tuned, VIT)(image())[-1]
    assert_close(tuned(image())[-1], share * frozen + (1 - share) * vector(tuned))


def test_a_map_is_mixed_so_that_its_average_is() -> None:
    tuned = tuned_by_side(RESNET, alpha=1.0)
    frozen = plain(tuned, RESNET)(image())[-1].mean(dim=(2, 3))
    mixed = tuned(image())[-1].mean(dim=(2, 3))
    assert_close(mixed, 0.7310586 * frozen + 0.2689414 * vector(tuned))


@pytest.mark.parametrize(
    'config',
    [
        {**VIT, 'out_type': 'raw'},
        {**VIT, 'out_type': 'featmap', 'out_indices': (0, 1)},
        {**VIT, 'type': 'mmpretrain.DistilledVisionTransformer'},  # class and distillation token, in a tuple
        {**RESNET, 'out_indices': (0, 1, 2, 3)},
    ],
    ids=['tokens', 'two maps', 'two tokens', 'four widths'],
)
def test_outputs_of_every_shape_keep_it_and_all_are_mixed(config: dict) -> None:
    tuned = tuned_by_side(config)
    before, after = (_flat(model(image())) for model in (plain(tuned, config), tuned))
    assert [out.shape for out in after] == [out.shape for out in before]
    assert all(not torch.allclose(new, old) for new, old in zip(after, before, strict=True))


def _flat(outputs: tuple) -> list[Tensor]:
    return [out for item in outputs for out in ([item] if isinstance(item, Tensor) else item)]


def test_no_gradient_passes_through_the_backbone() -> None:
    tuned = tuned_by_side(VIT).train()
    tuned(image())[-1].sum().backward()
    assert tuned.tuner.alpha.grad != 0
    assert all(param.grad is None for param in tuned.backbone.parameters())


@pytest.mark.parametrize('wrong', ['backbone', 'network'])
def test_outputs_of_unknown_width_are_refused(wrong: str) -> None:
    unknown = dict(type='mmpretrain.MobileNetV2')
    backbone, network = (unknown, SIDE) if wrong == 'backbone' else (VIT, unknown)
    with pytest.raises(TypeError, match='SideTuning needs outputs of known width.* in MobileNetV2.*mmpretrain.ResNet'):
        tuned_by_side(backbone, network=network)
