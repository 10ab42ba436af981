"""MLP-k counts, starts and learns as in the VPT paper."""

from __future__ import annotations

import math

import pytest
import torch
from mmengine.registry import init_default_scope
from mmpretrain.structures import DataSample

from mmvpt.models import MLPHead


@pytest.fixture(autouse=True)
def scope() -> None:
    """A head finds its loss in the scope of its host, whatever scope a test before has left."""
    init_default_scope('mmpretrain')


def count(head: MLPHead) -> int:
    return sum(param.numel() for param in head.parameters())


def test_mlp_3_counts_as_in_the_paper() -> None:
    """VPT, Table 12: MLP-3 with 100 classes tunes 1.45 % of ViT-B."""
    linear, mlp = (MLPHead(num_classes=100, in_channels=768, num_layers=layers) for layers in (1, 3))
    assert count(linear) == 769 * 100
    assert count(mlp) - count(linear) == 1_184_256
    assert round(100 * count(mlp) / (85_798_656 + count(mlp)), 2) == 1.45


@pytest.mark.parametrize('host_init', [False, True])
def test_it_starts_as_in_the_paper(host_init: bool) -> None:
    torch.manual_seed(0)
    head = MLPHead(num_classes=100, in_channels=256)
    if host_init:
        for param in head.parameters():
            torch.nn.init.ones_(param)
        head.init_weights()
    assert head.fc.weight.std().item() == pytest.approx(math.sqrt(2 / 100), rel=0.05)
    assert torch.equal(head.fc.bias, torch.full((100,), -math.log(99)))
    for layer in head.hidden:
        assert layer[0].weight.std().item() == pytest.approx(math.sqrt(2 / 256), rel=0.05)
        assert layer[3].p == 0.1


def test_each_hidden_layer_is_linear_relu_norm_dropout() -> None:
    head = MLPHead(num_classes=2, in_channels=4, num_layers=2).eval()
    x = torch.randn(3, 4)
    (layer,) = head.hidden
    hidden = layer[2](layer[0](x).relu())
    assert torch.equal(head((None, x)), head.fc(hidden))


def test_it_learns_from_the_labels_of_mmpretrain() -> None:
    torch.manual_seed(0)
    head = MLPHead(num_classes=3, in_channels=8, dropout=0.0).train()
    feats, samples = (torch.randn(6, 8),), [DataSample().set_gt_label(index % 3) for index in range(6)]
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        losses.append(head.loss(feats, samples)['loss'])
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < 0.5 * losses[0]
    assert len(head.eval().predict(feats, samples)) == 6


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(num_layers=0), 'num_layers of MLPHead must be 1 or more'),
        (dict(num_classes=0), 'num_classes of MLPHead must be 1 or more'),
        (dict(dropout=1), r'dropout must be in \[0, 1\)'),
        (dict(prior=0), 'prior is a probability between 0 and 1'),
    ],
)
def test_bad_options_are_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MLPHead(**{**dict(num_classes=3, in_channels=8), **options})
