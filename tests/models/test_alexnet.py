"""The AlexNet next to a frozen backbone: torchvision's file fills it, and a delta holds what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor
from torch.testing import assert_close
from torchvision.models import alexnet, squeezenet1_1

from mmvpt.engine import apply_delta, delta_state_dict
from mmvpt.models import AlexNetFeatures, TunedBackbone
from mmvpt.models import pretrained as loader

ARCH = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
IMAGE = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope='module')
def weights() -> dict[str, Tensor]:
    """What torchvision's file holds, classifier included."""
    torch.manual_seed(1)
    return alexnet(weights=None).state_dict()


def features(path: Path) -> AlexNetFeatures:
    return MODELS.build(dict(type='mmvpt.AlexNetFeatures', init_cfg=pretrained(path)))


def pretrained(path: Path) -> dict:
    return dict(type='Pretrained', checkpoint=str(path))


def test_the_file_of_torchvision_fills_it_and_its_classifier_is_left_out(
    tmp_path: Path, weights: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(weights, tmp_path / 'alexnet-owt-7be5be79.pth')
    told = []
    monkeypatch.setattr(loader, 'print_log', lambda message, *args: told.append(message))
    network = features(tmp_path / 'alexnet-owt-7be5be79.pth')
    network.init_weights()
    assert len(network.state_dict()) == 10
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, weights[name])
    (report,) = told
    assert 'matched         10' in report
    assert 'unexpected       6  classifier.1.weight' in report


def test_another_network_is_refused(tmp_path: Path) -> None:
    torch.save(squeezenet1_1(weights=None).state_dict(), tmp_path / 'squeezenet.pth')  # features.0.weight too
    with pytest.raises(ValueError, match=r'squeezenet.pth fills 10.0% of the model; at least 99% is required'):
        features(tmp_path / 'squeezenet.pth').init_weights()


def test_a_file_without_one_layer_is_refused(tmp_path: Path, weights: dict) -> None:
    some = {name: tensor for name, tensor in weights.items() if name.startswith('features') and '.10.' not in name}
    torch.save(some, tmp_path / 'cut.pth')
    with pytest.raises(ValueError, match=r'(?s)cut.pth fills 80.0% of the model.*features.10.weight'):
        features(tmp_path / 'cut.pth').init_weights()


def test_it_starts_beside_the_backbone_and_a_delta_needs_its_file_no_more(tmp_path: Path, weights: dict) -> None:
    inside = {name: tensor for name, tensor in weights.items() if name.startswith('features')}
    torch.save(inside, tmp_path / 'alexnet.pth')
    torch.save(MODELS.build(VIT).state_dict(), tmp_path / 'vit.pth')
    network = dict(type='mmvpt.AlexNetFeatures', init_cfg=pretrained(tmp_path / 'alexnet.pth'))
    config = dict(
        backbone=dict(VIT, init_cfg=pretrained(tmp_path / 'vit.pth')), tuner=dict(type='SideTuning', network=network)
    )
    tuned = TunedBackbone(**config)
    tuned.init_weights()
    assert torch.equal(tuned.tuner.network.features[0].weight, weights['features.0.weight'])
    with torch.no_grad():
        tuned.tuner.network.features[0].weight.mul_(2)
    delta = delta_state_dict(tuned)
    assert {f'tuner.network.{name}' for name in inside} <= delta.keys()

    (tmp_path / 'alexnet.pth').unlink()
    other = TunedBackbone(**config)
    apply_delta(other, delta)
    assert_close(other.eval()(IMAGE), tuned.eval()(IMAGE), rtol=0, atol=0)
    with pytest.raises(FileNotFoundError, match='alexnet.pth'):
        TunedBackbone(**config).init_weights()


def test_images_that_its_last_pooling_cannot_take_are_refused() -> None:
    network = AlexNetFeatures()
    assert network(torch.zeros(1, 3, 63, 63))[0].shape == (1, 9216)
    with pytest.raises(ValueError, match='63 x 63 and more, got'):
        network(torch.zeros(1, 3, 62, 80))
