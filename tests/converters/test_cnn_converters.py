from __future__ import annotations

import pytest
import timm
import torch
import torchvision
from mmpretrain.registry import MODELS
from torch import nn
from torch.testing import assert_close

from mmvpt.converters import convert
from mmvpt.converters.pipeline import _build, parameters_without_memory
from mmvpt.converters.regnet import ARCHS

from .random_models import randomise

COMPARED = {  # projects, and the formats of their files
    'timm resnet18': 'resnet',
    'timm resnet50': 'resnet',
    'timm resnet50d': 'resnet-timm-d',
    'timm resnext50_32x4d': 'resnet',
    'torchvision resnet18': 'resnet',
    'timm regnetx_002': 'regnet-timm',
    'torchvision regnet_x_400mf': 'regnet-torchvision',
}
RESNETS = {
    'timm resnet34': dict(depth=34),
    'timm resnet101': dict(depth=101),
    'timm resnet152': dict(depth=152),
    'timm resnet50c': dict(depth=50, deep_stem=True),
    'timm resnet18d': dict(depth=18, deep_stem=True, avg_down=True),
    'timm resnet101d': dict(depth=101, deep_stem=True, avg_down=True),
    'timm resnext101_64x4d': dict(depth=101, groups=64, width_per_group=4),
    'torchvision resnet50': dict(depth=50),
    'torchvision resnext101_32x8d': dict(depth=101, groups=32, width_per_group=8),
    'torchvision wide_resnet50_2': dict(depth=50, base_channels=128, expansion=2),
}
REGNETS = [
    *(f'timm {name}' for name in timm.list_models('regnetx_*')),
    *(f'torchvision {name}' for name in torchvision.models.list_models(include='regnet_x_*')),
]


def create(name):
    library, name = name.split()
    return timm.create_model(name) if library == 'timm' else torchvision.models.get_model(name)


def features(model, images):
    """Return the last feature map of a model of timm or torchvision."""
    if hasattr(model, 'forward_features'):
        return model.forward_features(images)
    if hasattr(model, 'trunk_output'):
        return model.trunk_output(model.stem(images))
    return nn.Sequential(*list(model.children())[:-2])(images)  # all but pooling and head


def build(conversion, **kwargs):
    backbone = MODELS.build({**conversion.backbone, **kwargs}).double()
    backbone.load_state_dict(conversion.tensors)
    backbone.eval()  # returns None in mmpretrain
    return backbone


@pytest.mark.parametrize(('name', 'format'), COMPARED.items(), ids=COMPARED)
@torch.no_grad()
def test_every_cnn_gives_the_outputs_of_its_project(tmp_path, name, format):
    cnn = randomise(create(name)).double()
    torch.save(cnn.state_dict(), tmp_path / 'cnn.pth')
    conversion = convert(tmp_path / 'cnn.pth')
    images = torch.randn(2, 3, 64, 64).double()
    theirs = features(cnn, images)
    assert_close(build(conversion)(images)[-1], theirs, atol=1e-10 * theirs.abs().max().item(), rtol=0)
    assert conversion.format == format
    assert conversion.report.optional == []


@pytest.mark.parametrize('name', [*RESNETS, *REGNETS])
def test_every_size_is_described_from_its_shapes(tmp_path, name):
    with parameters_without_memory():
        cnn = create(name)
    torch.save(cnn.state_dict(), tmp_path / 'cnn.pth')
    conversion = convert(tmp_path / 'cnn.pth')
    assert len(conversion.report.matched) == len(cnn.state_dict()) - 2  # weight and bias of the head
    if name in RESNETS:
        assert {key: value for key, value in conversion.backbone.items() if key != 'type'} == RESNETS[name]


@pytest.mark.parametrize(('blocks', 'widths'), ARCHS)
def test_mmpretrain_generates_each_regnet_of_the_table(blocks, widths):
    w0, wa, wm, group_width = ARCHS[blocks, widths]
    arch = dict(w0=w0, wa=wa, wm=wm, group_w=group_width, depth=sum(blocks), bot_mul=1.0)
    own = _build(dict(type='mmpretrain.RegNet', arch=arch))
    for stage, (num_blocks, width) in enumerate(zip(blocks, widths, strict=True), start=1):
        assert own[f'layer{stage}.{num_blocks - 1}.conv3.weight'].shape == (width, width, 1, 1)
        assert f'layer{stage}.{num_blocks}.conv3.weight' not in own


HOSTED = {
    'mmpretrain ResNet': dict(type='mmpretrain.ResNet', depth=18),
    'mmpretrain RegNet': dict(type='mmpretrain.RegNet', arch='regnetx_400mf'),
    'mmpretrain ResNetV1d': dict(type='mmpretrain.ResNetV1d', depth=18),
    'mmseg ResNetV1c': dict(type='mmseg.ResNetV1c', depth=18),
    'mmdet ResNet': dict(type='mmdet.ResNet', depth=18, deep_stem=True),
}


@pytest.mark.parametrize('prefix', ['', 'backbone.'])
@pytest.mark.parametrize('config', HOSTED.values(), ids=HOSTED)
@torch.no_grad()
def test_a_file_of_open_mmlab_gives_its_outputs(tmp_path, config, prefix):
    pytest.importorskip(config['type'].split('.')[0])
    cnn = MODELS.build(config)
    randomise(cnn)
    state = {f'{prefix}{name}': value for name, value in cnn.state_dict().items()}
    head = {'head.fc.weight': torch.ones(5, 8), 'decode_head.conv_seg.bias': torch.ones(5)} if prefix else {}
    torch.save(dict(state_dict=state | head, meta=dict(epoch=100)), tmp_path / 'cnn.pth')
    conversion = convert(tmp_path / 'cnn.pth')
    images = torch.randn(2, 3, 64, 64)
    assert torch.equal(build(conversion)(images.double())[-1], cnn.double()(images.double())[-1])
    assert conversion.report.dropped == list(head)


@pytest.mark.parametrize('host', ['mmseg', 'mmdet'])
@pytest.mark.parametrize('name', ['resnet18d', 'resnext50_32x4d', 'regnetx_002', 'wide_resnet50_2'])
def test_a_file_for_a_dense_host_fills_its_backbone(tmp_path, host, name):
    pytest.importorskip(host)
    with parameters_without_memory():
        state = timm.create_model(name).state_dict()
    torch.save(state, tmp_path / 'cnn.pth')
    if name == 'wide_resnet50_2' or (host, name) == ('mmseg', 'regnetx_002'):
        with pytest.raises(ValueError, match=f'{host} has no backbone like .* Convert for mmpretrain'):
            convert(tmp_path / 'cnn.pth', host=host)
    else:
        conversion = convert(tmp_path / 'cnn.pth', host=host)
        own = _build(conversion.backbone)
        assert conversion.backbone['type'].startswith(host)
        assert {key: value.shape for key, value in own.items()} == {
            key: value.shape for key, value in conversion.tensors.items()
        }


@torch.no_grad()
def test_mmpretrain_and_mmseg_agree_on_a_deep_stem(tmp_path):
    pytest.importorskip('mmseg')
    torch.save(randomise(timm.create_model('resnet18d')).state_dict(), tmp_path / 'cnn.pth')
    images = torch.randn(1, 3, 64, 64).double()
    maps = [build(convert(tmp_path / 'cnn.pth', host=host))(images)[-1] for host in ('mmpretrain', 'mmseg')]
    assert torch.equal(*maps)


@pytest.fixture
def resnet(tmp_path):
    """Save a ResNet-18 of torchvision, changed."""

    def write(change=lambda state: None):
        state = torchvision.models.resnet18().state_dict()
        change(state)
        torch.save(state, tmp_path / 'resnet18.pth')
        return tmp_path / 'resnet18.pth'

    return write


def test_a_file_without_counters_of_batches_gets_them(resnet):
    old = resnet(lambda state: [state.pop(name) for name in list(state) if name.endswith('num_batches_tracked')])
    conversion = convert(old)
    assert conversion.tensors['bn1.num_batches_tracked'] == 0
    assert len(conversion.report.optional) == 20 and conversion.report.missing == []


BROKEN = {
    'lost': (lambda state: state.pop('layer4.1.bn2.running_var'), r'missing +1  layer4\.1\.bn2\.running_var'),
    'squeezed': (lambda state: state.update({'layer1.0.se.fc1.weight': torch.ones(4, 64, 1, 1)}), r'unexpected +1 '),
    'wider': (lambda state: state.update({'layer3.0.bn1.bias': torch.ones(7)}), r'mismatched +1  layer3\.0\.bn1\.bias'),
    'shallow': (
        lambda state: [state.pop(name) for name in list(state) if name.startswith('layer2.1.')],
        r'\(2, 1, 2, 2\) blocks of 2 convolutions are those of no ResNet',
    ),
    'without width': (lambda state: state.update({'layer1.0.conv2.weight': torch.ones(0, 0, 3, 3)}), 'none of them 0'),
    'too deep': (lambda state: state.update({'layer1.0.conv3.weight': torch.ones(7, 64, 1, 1)}), 'no ResNet'),
    'stemless': (lambda state: state.pop('conv1.weight'), r'without conv1\.weight its sizes are unknown'),
    'small': (
        lambda state: state.update({'conv1.weight': torch.ones(64, 3, 3, 3)}),
        r'without layer1\.0\.conv3\.weight',
    ),
}


@pytest.mark.parametrize(('change', 'message'), BROKEN.values(), ids=BROKEN)
def test_a_broken_resnet_is_refused(resnet, change, message):
    with pytest.raises(ValueError, match=rf'(?s)resnet18\.pth.*{message}'):
        convert(resnet(change))


def test_a_model_that_cannot_be_built_is_refused(tmp_path):
    with parameters_without_memory():
        state = torchvision.models.resnet50().state_dict()
    torch.save(state | {'layer1.0.conv3.weight': torch.ones(7, 64, 1, 1)}, tmp_path / 'resnet50.pth')
    with pytest.raises(ValueError, match=r"resnet50\.pth: no model has the sizes of its tensors: .*'expansion': 0"):
        convert(tmp_path / 'resnet50.pth')


def test_a_regnety_is_refused(tmp_path):
    torch.save(timm.create_model('regnety_002').state_dict(), tmp_path / 'regnety.pth')
    with pytest.raises(ValueError, match=r'unexpected +52  s1\.b1\.se\.fc1\.weight'):
        convert(tmp_path / 'regnety.pth')


def test_a_cnn_has_no_heads_to_number(resnet):
    with pytest.raises(ValueError, match='num_heads, img_size is not an option of ResNet'):
        convert(resnet(), num_heads=3, img_size=512)
