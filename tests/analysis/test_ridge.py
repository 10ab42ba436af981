import pytest
import torch

from mmvpt.analysis.ridge import accuracy, explained, predict


@pytest.fixture
def features():
    return torch.randn(400, 8, generator=torch.Generator().manual_seed(0))


def test_linear_targets_are_found(features):
    targets = features @ torch.arange(8.0)[:, None] + 3
    assert torch.allclose(predict(features[:300], targets[:300], features[300:]), targets[300:].double(), atol=0.2)
    assert explained(features[:300], targets[:300, 0], features[300:], targets[300:, 0]) > 99


def test_noise_explains_nothing(features):
    noise = torch.randn(400, generator=torch.Generator().manual_seed(1))
    assert abs(explained(features[:300], noise[:300], features[300:], noise[300:])) < 8


def test_separable_classes_are_told_apart_and_random_ones_are_not(features):
    labels = (features[:, 0] > 0).long() + 2 * (features[:, 1] > 0).long()
    assert accuracy(features[:300], labels[:300], features[300:], labels[300:]) > 70
    guess = torch.randint(4, (400,), generator=torch.Generator().manual_seed(2))
    assert accuracy(features[:300], guess[:300], features[300:], guess[300:]) < 45


def test_scale_and_offset_of_features_change_nothing(features):
    targets = features[:, :2].square()
    first = predict(features[:300], targets[:300], features[300:])
    second = predict(100 * features[:300] + 7, targets[:300], 100 * features[300:] + 7)
    assert torch.allclose(first, second, atol=1e-3)


def test_a_constant_feature_is_no_error(features):
    features[:, 3] = 1
    assert predict(features[:300], features[:300, :1], features[300:]).isfinite().all()
