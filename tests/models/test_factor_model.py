import pytest
import torch
from mmengine.registry import init_default_scope
from mmpretrain.structures import DataSample

from mmvpt.models import FactorModel

VIT = dict(
    type='mmpretrain.VisionTransformer',
    arch=dict(embed_dims=16, num_layers=1, num_heads=2, feedforward_channels=16),
    img_size=32,
    patch_size=8,
    out_type='raw',
)
RESNET = dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(0, 1, 2, 3))


def build(backbone=VIT, level=-1, **head):
    init_default_scope('mmpretrain')
    torch.manual_seed(0)
    options = dict(
        in_channels=16,
        num_forms=5,
        num_textures=3,
        words=dict(texture=3, scheme=2),
        num_numbers=4,
        weights=dict(picture=1, patches=1),
    )
    return FactorModel(backbone, dict(type='mmvpt.FactorHead', **{**options, **head}), level=level)


def samples(batch=2, patches=16):
    found = []
    for index in range(batch):
        sample = DataSample()
        fields = dict(
            shares=torch.eye(5)[index % 5],
            words=torch.tensor([index % 3, index % 2]),
            numbers=torch.arange(4.0) + index,
            patch_forms=torch.full((patches,), index % 6),
            patch_textures=torch.tensor([-1] + [index % 3] * (patches - 1)),
            patch_covered=torch.full((patches,), 0.5),
        )
        for name, value in fields.items():
            sample.set_field(value, name)
        found.append(sample)
    return found


def test_tokens_are_read_as_a_picture_and_its_patches():
    whole, patches = build()(torch.rand(2, 3, 32, 32))
    assert whole.shape == (2, 16) and patches.shape == (2, 16, 16)


def test_maps_are_read_at_a_level():
    model = build(RESNET, level=1, in_channels=64, patch_channels=16)
    whole, patches = model(torch.rand(2, 3, 32, 32))
    assert whole.shape == (2, 64) and patches.shape == (2, 16, 16)
    assert set(model(torch.rand(2, 3, 32, 32), samples(), mode='loss')) >= {'loss_forms', 'loss_patch_forms'}


def test_each_part_has_its_losses_and_reaches_the_backbone():
    expected = {
        'picture': {'loss_forms', 'loss_texture', 'loss_scheme', 'loss_numbers'},
        'patches': {'loss_patch_forms', 'loss_patch_covered'},
        'textures': {'loss_patch_textures'},
        'pixels': {'loss_pixels'},
    }
    for part, names in expected.items():
        model = build(weights={part: 1})
        losses = model(torch.rand(2, 3, 32, 32), samples(), mode='loss')
        assert set(losses) == names
        sum(losses.values()).backward()
        assert all(parameter.grad is not None for parameter in model.head.parameters())
        assert model.backbone.patch_embed.projection.weight.grad.abs().sum() > 0


def test_weights_scale_losses():
    once, twice = (build(weights=dict(picture=weight)) for weight in (1, 2))
    image = torch.rand(2, 3, 32, 32)
    first, second = (model(image, samples(), mode='loss') for model in (once, twice))
    for name, loss in first.items():
        assert torch.allclose(2 * loss, second[name]), name


def test_it_learns():
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    image, truth = torch.rand(4, 3, 32, 32), samples(4)
    totals = []
    for _ in range(60):
        loss = sum(model(image, truth, mode='loss').values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        totals.append(loss.item())
    assert totals[-1] < 0.75 * totals[0]


def test_hidden_patches_are_not_seen():
    """The pixels that are to be told are not in what the backbone gets."""
    model = build(weights=dict(pixels=1))
    got = []
    model.backbone.register_forward_pre_hook(lambda module, inputs: got.append(inputs[0]))
    image = torch.rand(4, 3, 32, 32) + 1
    model(image, samples(4), mode='loss')
    blocks = got[0].unfold(2, 8, 8).unfold(3, 8, 8).flatten(4)
    grey = (blocks == 0).all(-1).all(1)
    assert 0.3 < grey.float().mean() < 0.9
    kept = ~grey[:, None, :, :, None]
    original = image.unfold(2, 8, 8).unfold(3, 8, 8).flatten(4)
    assert torch.equal(blocks * kept, original * kept)


@pytest.mark.parametrize('weights', [{}, dict(picture=1, words=1)])
def test_unknown_parts_and_none_are_refused(weights):
    with pytest.raises(ValueError, match='picture, patches, textures, pixels'):
        build(weights=weights)
