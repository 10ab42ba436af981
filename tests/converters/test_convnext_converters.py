from __future__ import annotations

import re

import pytest
import timm
import torch
from mmpretrain.registry import MODELS
from timm.models.convnext import ConvNeXt, checkpoint_filter_fn
from torch.testing import assert_close

from mmvpt.converters import convert
from mmvpt.converters.pipeline import parameters_without_memory

from .random_models import randomise
from .true_formats import write_timm

SIZES = dict(depths=(1, 2, 1, 2), dims=(8, 16, 24, 32), num_classes=5)
VERSIONS = {
    'V1': {},
    'V1 of convolutions': dict(conv_mlp=True),
    'V2': dict(use_grn=True, ls_init_value=None),
    'V2 of convolutions': dict(use_grn=True, ls_init_value=None, conv_mlp=True),
}
FACEBOOK = {  # what timm's own reader undoes
    r'^stem\.': 'downsample_layers.0.',
    r'^stages\.(\d)\.downsample\.': r'downsample_layers.\1.',
    r'^stages\.(\d)\.blocks\.': r'stages.\1.',
    r'conv_dw': 'dwconv',
    r'mlp\.fc': 'pwconv',
    r'mlp\.grn\.bias': 'grn.beta',
    r'mlp\.grn\.weight': 'grn.gamma',
    r'^head\.norm\.': 'norm.',
    r'^head\.fc\.': 'head.',
}


def random_convnext(**kwargs):
    return randomise(ConvNeXt(**{**SIZES, **kwargs})).double()


def facebook_names(convnext):
    state = {}
    for name, value in convnext.state_dict().items():
        for theirs, true in FACEBOOK.items():
            name = re.sub(theirs, true, name)
        value = value.squeeze((2, 3)) if 'pwconv' in name and value.ndim == 4 else value
        state[name] = value.view(1, 1, 1, -1) if '.grn.' in name else value
    return state


def write_facebook(convnext, path):
    torch.save(dict(model=facebook_names(convnext)), path)


FORMATS = {'facebook': (write_facebook, 'convnext'), 'timm': (write_timm, 'convnext-timm')}


def build(conversion, **kwargs):
    backbone = MODELS.build({**conversion.backbone, **kwargs}).double()
    backbone.load_state_dict(conversion.tensors)
    backbone.eval()  # returns None in mmpretrain
    return backbone


@pytest.fixture
def saved(tmp_path):
    convnext = random_convnext()
    write_facebook(convnext, tmp_path / 'convnext.pth')
    return convnext, tmp_path / 'convnext.pth'


@pytest.mark.parametrize('version', VERSIONS.values(), ids=VERSIONS)
@pytest.mark.parametrize(('writer', 'format'), FORMATS.values(), ids=FORMATS)
@torch.no_grad()
def test_every_convnext_gives_the_outputs_of_timm(tmp_path, writer, format, version):
    convnext = random_convnext(**version)
    writer(convnext, tmp_path / 'convnext.pth')
    conversion = convert(tmp_path / 'convnext.pth')
    assert conversion.format == format
    assert conversion.backbone['arch'] == dict(depths=[1, 2, 1, 2], channels=[8, 16, 24, 32])
    images = torch.randn(2, 3, 64, 96).double()
    theirs = convnext.forward_head(convnext.forward_features(images), pre_logits=True)
    assert_close(build(conversion)(images)[-1], theirs, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize('version', ['V1', 'V2'])
def test_what_the_tests_call_a_file_of_facebook_is_one_to_timm(version):
    convnext = random_convnext(**VERSIONS[version])
    read = checkpoint_filter_fn(dict(model=facebook_names(convnext)), convnext)
    assert read.keys() == convnext.state_dict().keys()
    assert all(torch.equal(read[name], value) for name, value in convnext.state_dict().items())


@pytest.mark.parametrize('name', ['tiny', 'small', 'base', 'large', 'xlarge'])
def test_the_usual_sizes_are_those_of_mmpretrain(tmp_path, name):
    with parameters_without_memory():
        convnext = timm.create_model(f'convnext_{name}')
    torch.save(convnext.state_dict(), tmp_path / 'convnext.pth')
    backbone = convert(tmp_path / 'convnext.pth').backbone
    assert backbone['arch'] == MODELS.get('mmpretrain.ConvNeXt').arch_settings[name]
    assert (backbone['in_channels'], backbone['stem_patch_size'], backbone['out_indices']) == (3, 4, [3])


@pytest.mark.parametrize('prefix', ['', 'backbone.'])
@torch.no_grad()
def test_a_file_of_mmpretrain_comes_through_as_it_is(saved, tmp_path, prefix):
    ours = convert(saved[1]).tensors
    state = {f'{prefix}{name}': value for name, value in ours.items()}
    torch.save(dict(state_dict={**state, 'head.fc.bias': torch.ones(5)}), tmp_path / 'mm.pth')
    again = convert(tmp_path / 'mm.pth')
    assert again.format == 'convnext-mm'
    assert again.tensors.keys() == ours.keys()
    assert all(torch.equal(again.tensors[name], value) for name, value in ours.items())


@torch.no_grad()
def test_a_detector_keeps_the_norms_of_its_outputs_and_gives_maps(saved, tmp_path):
    state = {name: value for name, value in facebook_names(saved[0]).items() if not name.startswith(('head.', 'norm.'))}
    state |= {f'norm{stage}.{name}': torch.rand(8 * stage + 8) for stage in range(4) for name in ('weight', 'bias')}
    state = {f'backbone.{name}': value for name, value in state.items()}
    torch.save(dict(state_dict={**state, 'rpn_head.rpn_cls.bias': torch.ones(3)}), tmp_path / 'rcnn.pth')
    conversion = convert(tmp_path / 'rcnn.pth')
    assert conversion.report.dropped == ['rpn_head.rpn_cls.bias']
    shapes = [tuple(out.shape) for out in build(conversion)(torch.randn(1, 3, 64, 64).double())]
    assert shapes == [(1, 8, 16, 16), (1, 16, 8, 8), (1, 24, 4, 4), (1, 32, 2, 2)]


BROKEN = {
    'lost': (lambda state: state.pop('stages.1.1.pwconv2.bias'), r'missing +1  stages\.1\.1\.pointwise_conv2\.bias'),
    'without its norm': (
        lambda state: [state.pop(f'norm.{name}') for name in ('weight', 'bias')],
        r'missing +2  norm3\.weight, norm3\.bias',
    ),
    'other': (lambda state: state.update({'stages.0.0.se.weight': torch.ones(1)}), 'unexpected +1 '),
    'cut': (
        lambda state: state.update({'stages.2.0.pwconv1.weight': torch.ones(96, 23)}),
        r'mismatched +1  stages\.2\.0\.pointwise_conv1\.weight',
    ),
    'shapeless': (
        lambda state: state.update({'downsample_layers.0.0.weight': torch.ones(())}),
        r'downsample_layers\.0\.0\.weight has the shape \(\), but needs 4 dimensions',
    ),
    'three stages': (
        lambda state: [state.pop(name) for name in list(state) if name.startswith('stages.3.')],
        r'without stages\.3\.0\.norm\.weight its sizes are unknown',
    ),
}


@pytest.mark.parametrize(('change', 'message'), BROKEN.values(), ids=BROKEN)
def test_a_broken_convnext_is_refused(saved, change, message):
    checkpoint = torch.load(saved[1])
    change(checkpoint['model'])
    torch.save(checkpoint, saved[1])
    with pytest.raises(ValueError, match=rf'(?s)convnext\.pth.*{message}'):
        convert(saved[1])


def test_other_hosts_take_the_backbone_of_mmpretrain(saved):
    with pytest.raises(ValueError, match="Convert for mmpretrain, whose backbones work in mmdet's models too"):
        convert(saved[1], host='mmdet')
