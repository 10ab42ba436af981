from __future__ import annotations

import pytest
import timm
import torch
from mmpretrain.registry import MODELS
from timm.models.swin_transformer import SwinTransformer, checkpoint_filter_fn
from torch.testing import assert_close

from mmvpt.converters import convert
from mmvpt.converters.pipeline import parameters_without_memory

from .random_models import randomise
from .true_formats import write_microsoft_swin, write_timm

# the last of four stages is one window of 4 x 4
SIZES = dict(img_size=128, window_size=4, embed_dim=12, depths=(2, 2, 2, 2), num_heads=(1, 2, 3, 4), num_classes=5)
FORMATS = {
    'microsoft': (write_microsoft_swin, 'swin'),
    'timm': (write_timm, 'swin-timm'),
}


def random_swin(**kwargs):
    return randomise(SwinTransformer(**{**SIZES, **kwargs})).double()


def build(conversion, **kwargs):
    backbone = MODELS.build({**conversion.backbone, **kwargs}).double()
    missing, unexpected = backbone.load_state_dict(conversion.tensors, strict=False)
    assert unexpected == [] and all(name.startswith(('norm0', 'norm1', 'norm2')) for name in missing)
    backbone.eval()  # returns None in mmpretrain
    return backbone


def features(swin, images):
    return swin.forward_features(images).permute(0, 3, 1, 2)


@pytest.fixture
def saved(tmp_path):
    swin = random_swin()
    write_microsoft_swin(swin, tmp_path / 'swin.pth')
    return swin, tmp_path / 'swin.pth'


@pytest.mark.parametrize(('writer', 'format'), FORMATS.values(), ids=FORMATS)
@torch.no_grad()
def test_every_swin_gives_the_outputs_of_timm(tmp_path, writer, format):
    swin = random_swin()
    writer(swin, tmp_path / 'swin.pth')
    conversion = convert(tmp_path / 'swin.pth')
    images = torch.randn(2, 3, 128, 128).double()
    assert_close(build(conversion)(images)[-1], features(swin, images), atol=1e-10, rtol=1e-10)
    assert conversion.format == format
    assert conversion.backbone['arch'] == dict(embed_dims=12, depths=[2, 2, 2, 2], num_heads=[1, 2, 3, 4])
    assert (conversion.backbone['window_size'], conversion.backbone['img_size']) == (4, 128)


@torch.no_grad()
def test_without_the_order_of_merged_patches_the_outputs_are_wrong(saved):
    swin, path = saved
    conversion = convert(path)
    images = torch.randn(2, 3, 128, 128).double()
    for part in ('reduction.weight', 'norm.weight', 'norm.bias'):
        ours, theirs = f'stages.0.downsample.{part}', f'layers.1.downsample.{part}'  # as timm numbers it
        tensor = conversion.tensors[ours]
        conversion.tensors[ours] = swin.state_dict()[theirs]
        assert (build(conversion)(images)[-1] - features(swin, images)).abs().max() > 0.1
        conversion.tensors[ours] = tensor
    assert_close(build(conversion)(images)[-1], features(swin, images), atol=1e-10, rtol=1e-10)


def test_what_the_tests_call_a_file_of_microsoft_is_one_to_timm(saved):
    swin, path = saved
    read = checkpoint_filter_fn(torch.load(path), swin)
    assert read.keys() == swin.state_dict().keys()
    assert all(torch.equal(read[name], value) for name, value in swin.state_dict().items())


def test_the_converter_of_mmdet_finds_the_same(saved):
    pytest.importorskip('mmdet')
    from mmdet.models.backbones.swin import swin_converter

    theirs = swin_converter(torch.load(saved[1])['model'])
    ours = convert(saved[1]).tensors
    for name in ours.keys() - {'norm3.weight', 'norm3.bias'}:  # it leaves the last norm where it is
        assert torch.equal(ours[name], theirs[f'backbone.{name}']), name


@pytest.mark.parametrize(('name', 'arch'), [('tiny', 'tiny'), ('small', 'small'), ('base', 'base'), ('large', 'large')])
def test_the_usual_sizes_are_those_of_mmpretrain(tmp_path, name, arch):
    with parameters_without_memory():
        swin = timm.create_model(f'swin_{name}_patch4_window7_224')
    torch.save(swin.state_dict(), tmp_path / 'swin.pth')
    own = MODELS.get('mmpretrain.SwinTransformer').arch_zoo[name]
    assert convert(tmp_path / 'swin.pth').backbone['arch'] == own


@pytest.mark.parametrize('host', ['mmseg', 'mmdet'])
@torch.no_grad()
def test_one_file_fits_mmseg_and_mmdet(saved, host):
    pytest.importorskip(host)
    swin, path = saved
    conversion, other = convert(path), convert(path, host=host)
    assert other.backbone['type'] == f'{host}.SwinTransformer'
    assert other.tensors.keys() == conversion.tensors.keys()
    images = torch.randn(
        1, 3, 256, 192
    ).double()  # no stage is as small as a window: they pad such, mmpretrain does not
    maps = [build(conversion)(images)[-1], build(other)(images)[-1]]
    assert_close(*maps, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize('prefix', ['', 'backbone.'])
@torch.no_grad()
def test_a_file_of_open_mmlab_comes_through_as_it_is(saved, tmp_path, prefix):
    ours = convert(saved[1]).tensors
    state = {f'{prefix}{name}': value for name, value in ours.items()}
    torch.save(dict(state_dict={**state, 'head.fc.bias': torch.ones(5)}), tmp_path / 'mm.pth')
    again = convert(tmp_path / 'mm.pth')
    assert again.format == 'swin-mm'
    assert again.tensors.keys() == ours.keys()
    assert all(torch.equal(again.tensors[name], value) for name, value in ours.items())


@torch.no_grad()
def test_a_detector_of_microsoft_keeps_the_norms_of_its_outputs(saved, tmp_path):
    state = torch.load(saved[1])['model']
    last = {name: state.pop(f'norm.{name}') for name in ('weight', 'bias')}
    for stage in range(4):
        state |= {f'norm{stage}.{name}': value[: 12 * 2**stage].clone() for name, value in last.items()}
    state = {f'backbone.{name}': value for name, value in state.items() if not name.startswith('head.')}
    torch.save(dict(state_dict={**state, 'rpn_head.rpn_cls.bias': torch.ones(3)}), tmp_path / 'rcnn.pth')
    conversion = convert(tmp_path / 'rcnn.pth')
    assert conversion.backbone['out_indices'] == [0, 1, 2, 3]
    assert conversion.tensors['norm1.bias'].shape == (24,)
    assert 'rpn_head.rpn_cls.bias' in conversion.report.dropped


@torch.no_grad()
def test_biases_are_interpolated_to_other_windows_as_mmseg_does(saved, tmp_path):
    pytest.importorskip('mmseg')
    state = {name: value for name, value in convert(saved[1]).tensors.items() if not name.endswith('index')}
    torch.save(state, tmp_path / 'windows_of_4.pth')
    conversion = convert(saved[1], host='mmseg', window_size=6)
    assert len(conversion.report.resized) == 8
    pretrained = dict(type='Pretrained', checkpoint=str(tmp_path / 'windows_of_4.pth'))
    theirs = MODELS.build({**conversion.backbone, 'init_cfg': pretrained})
    theirs.init_weights()
    for name in conversion.report.resized:
        assert_close(conversion.tensors[name].float(), theirs.state_dict()[name])
        assert conversion.tensors[name].shape[0] == 121


@torch.no_grad()
def test_a_swin_with_other_windows_runs_on_images_that_suit_them(saved):
    conversion = convert(saved[1], window_size=6)
    assert (conversion.backbone['window_size'], conversion.backbone['img_size']) == (6, 192)
    assert conversion.tensors['stages.2.blocks.1.attn.w_msa.relative_position_index'].shape == (36, 36)
    assert build(conversion)(torch.randn(1, 3, 192, 192).double())[-1].shape == (1, 96, 6, 6)


def test_windows_of_the_same_size_leave_the_biases_alone(saved):
    assert convert(saved[1], window_size=4).report.resized == []


@torch.no_grad()
def test_absolute_positions_are_kept_and_interpolated(tmp_path):
    write_microsoft_swin(random_swin(), tmp_path / 'swin.pth')
    state = torch.load(tmp_path / 'swin.pth')
    state['model']['absolute_pos_embed'] = torch.randn(1, 32 * 32, 12)
    torch.save(state, tmp_path / 'swin.pth')
    assert convert(tmp_path / 'swin.pth').backbone['use_abs_pos_embed']
    conversion = convert(tmp_path / 'swin.pth', img_size=256)
    assert conversion.tensors['absolute_pos_embed'].shape == (1, 64 * 64, 12)
    assert build(conversion)(torch.randn(1, 3, 256, 256).double())[-1].shape == (1, 96, 8, 8)


BROKEN = {
    'lost': (lambda state: state.pop('layers.1.blocks.0.attn.qkv.bias'), r'missing +1  stages\.1\.blocks\.0'),
    'without a norm': (
        lambda state: [state.pop(f'norm.{name}') for name in ('weight', 'bias')],
        r'missing +2  norm3\.weight, norm3\.bias',
    ),
    'shapeless': (
        lambda state: state.update({'patch_embed.proj.weight': torch.ones(())}),
        r'projection\.weight has the shape \(\), but needs 4 dimensions',
    ),
    'of too many heads': (
        lambda state: state.update({'layers.1.blocks.0.attn.relative_position_bias_table': torch.ones(49, 7)}),
        r'mismatched +1  stages\.1\.blocks\.1',
    ),
    'other': (lambda state: state.update({'layers.0.blocks.0.attn.logit_scale': torch.ones(1)}), 'unexpected +1 '),
    'cut': (
        lambda state: state.update({'layers.0.downsample.norm.weight': torch.ones(47)}),
        r'layers\.0\.downsample\.norm\.weight has the shape \(47,\)',
    ),
    'three stages': (
        lambda state: [state.pop(name) for name in list(state) if name.startswith('layers.3.')],
        r'without stages\.3\.blocks\.0\.attn\.w_msa\.relative_position_bias_table its sizes are unknown',
    ),
}


@pytest.mark.parametrize(('change', 'message'), BROKEN.values(), ids=BROKEN)
def test_a_broken_swin_is_refused(saved, change, message):
    checkpoint = torch.load(saved[1])
    change(checkpoint['model'])
    torch.save(checkpoint, saved[1])
    with pytest.raises(ValueError, match=rf'(?s)swin\.pth.*{message}'):
        convert(saved[1])


def test_a_window_of_nothing_is_refused(saved):
    with pytest.raises(ValueError, match='window_size is 0, but must be at least 1'):
        convert(saved[1], window_size=0)
