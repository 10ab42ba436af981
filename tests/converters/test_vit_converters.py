from __future__ import annotations

import argparse
import runpy
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import timm
import torch
from mmpretrain.models.utils import resize_pos_embed
from mmpretrain.registry import MODELS
from timm.models.deit import VisionTransformerDistilled
from timm.models.vision_transformer import VisionTransformer
from torch import nn
from torch.testing import assert_close

from mmvpt.converters import FORMATS as KNOWN
from mmvpt.converters import convert
from mmvpt.files.read import ALLOW_PICKLE, read_checkpoint, read_metadata
from mmvpt.text.refused import Refused

from . import true_formats as write
from .random_models import randomise

TOOL = Path(__file__).parents[2] / 'tools' / 'model_converters' / 'to_mmpretrain.py'

FORMATS = {
    'timm': (write.write_timm, 'vit.pth'),
    'deit': (write.write_deit, 'deit.pth'),
    'npz': (write.write_npz, 'ViT.npz'),
    'mae': (write.write_mae, 'mae.pth'),
    'mocov3': (write.write_mocov3, 'vit.pth.tar'),
    'hf_classifier': (write.write_hf_classifier, 'model.safetensors'),
    'hf_encoder': (write.write_hf_encoder, 'model.safetensors'),
}
SIZES = {
    'patch 16': dict(img_size=64, patch_size=16, embed_dim=48, depth=2, num_heads=3),
    'patch 14 like H': dict(img_size=56, patch_size=14, embed_dim=40, depth=3, num_heads=2),
}
NORM_EPS = {'hf_classifier': 1e-12, 'hf_encoder': 1e-12}


def random_vit(kind=VisionTransformer, **kwargs):
    """Build a ViT of timm whose output depends on every parameter: random biases, norms, tokens, sharp attention."""
    return randomise(kind(num_classes=5, **kwargs))


def build(conversion, **kwargs):
    backbone = MODELS.build({**conversion.backbone, 'out_type': 'raw', **kwargs})
    backbone.load_state_dict(conversion.tensors)
    backbone.eval()  # returns None in mmpretrain
    return backbone


@pytest.mark.parametrize('sizes', SIZES.values(), ids=SIZES)
@pytest.mark.parametrize('name', FORMATS)
@torch.no_grad()
def test_every_format_gives_the_outputs_of_timm(tmp_path, name, sizes):
    writer, file = FORMATS[name]
    vit = random_vit(**sizes, norm_layer=partial(nn.LayerNorm, eps=NORM_EPS.get(name, 1e-6)))
    writer(vit, tmp_path / file)
    conversion = convert(tmp_path / file, num_heads=sizes['num_heads'])
    images = torch.randn(2, 3, sizes['img_size'], sizes['img_size'])
    assert_close(build(conversion)(images)[-1], vit.forward_features(images), atol=1e-5, rtol=1e-5)
    assert conversion.report.share == 1
    assert conversion.format == 'vit-' + name.split('_')[0].replace('deit', 'timm')
    assert conversion.backbone['norm_cfg']['eps'] == NORM_EPS.get(name, 1e-6)


@torch.no_grad()
def test_real_vit_b_comes_through_npz(tmp_path):
    vit = random_vit(img_size=224, patch_size=16, embed_dim=768, depth=12, num_heads=12)
    write.write_npz(vit, tmp_path / 'ViT-B_16.npz')
    conversion = convert(tmp_path / 'ViT-B_16.npz')  # the file tells the heads
    images = torch.randn(1, 3, 224, 224)
    assert_close(build(conversion)(images)[-1], vit.forward_features(images), atol=1e-5, rtol=1e-5)
    assert len(conversion.report.matched) == 150
    assert conversion.report.dropped == ['head/kernel', 'pre_logits/kernel']


@torch.no_grad()
@pytest.mark.parametrize('name', ['timm', 'npz'])
def test_a_position_embedding_is_interpolated_as_mmpretrain_does(tmp_path, name):
    writer, file = FORMATS[name]
    sizes = SIZES['patch 16']
    vit = random_vit(**sizes)
    writer(vit, tmp_path / file)
    conversion = convert(tmp_path / file, num_heads=3, img_size=96)

    larger = random_vit(**{**sizes, 'img_size': 96})
    state = vit.state_dict()
    state['pos_embed'] = resize_pos_embed(state['pos_embed'], (4, 4), (6, 6), 'bicubic', 1)
    larger.load_state_dict(state)
    images = torch.randn(2, 3, 96, 96)
    assert_close(build(conversion)(images)[-1], larger.forward_features(images), atol=1e-5, rtol=1e-5)
    assert conversion.backbone['img_size'] == 96
    assert conversion.report.resized == ['pos_embed']
    assert 'interpolated     1  pos_embed' in str(conversion.report)


@torch.no_grad()
def test_a_model_that_averages_tokens_keeps_its_norm(tmp_path):
    vit = random_vit(**SIZES['patch 16'], global_pool='avg')
    write.write_deit(vit, tmp_path / 'mae_finetuned.pth')
    conversion = convert(tmp_path / 'mae_finetuned.pth', num_heads=3)
    images = torch.randn(2, 3, 64, 64)
    pooled = build(conversion, out_type='avg_featmap')(images)[-1]
    assert_close(pooled, vit.forward_head(vit.forward_features(images), pre_logits=True), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('kind', [VisionTransformer, VisionTransformerDistilled])
@torch.no_grad()
def test_deit_tiny_gives_the_outputs_of_timm(tmp_path, kind):
    vit = random_vit(kind, img_size=224, patch_size=16, embed_dim=192, depth=12, num_heads=3).double()
    write.write_deit(vit, tmp_path / 'deit.pth')
    conversion = convert(tmp_path / 'deit.pth')
    images = torch.randn(1, 3, 224, 224).double()
    assert_close(build(conversion).double()(images)[-1], vit.forward_features(images), atol=1e-9, rtol=1e-9)
    assert conversion.backbone['type'].endswith('.DistilledVisionTransformer') == hasattr(vit, 'dist_token')
    assert not any('head' in name for name in conversion.tensors)


@torch.no_grad()
def test_both_tokens_of_a_distilled_deit_keep_their_positions(tmp_path):
    sizes = SIZES['patch 16']
    vit = random_vit(VisionTransformerDistilled, **sizes)
    write.write_deit(vit, tmp_path / 'deit.pth')
    conversion = convert(tmp_path / 'deit.pth', num_heads=3, img_size=96)

    larger = random_vit(VisionTransformerDistilled, **{**sizes, 'img_size': 96})
    state = vit.state_dict()
    state['pos_embed'] = resize_pos_embed(state['pos_embed'], (4, 4), (6, 6), 'bicubic', 2)
    larger.load_state_dict(state)
    images = torch.randn(2, 3, 96, 96)
    assert_close(build(conversion)(images)[-1], larger.forward_features(images), atol=1e-5, rtol=1e-5)


def test_moco_v3_takes_the_base_encoder_and_its_own_heads(tmp_path):
    write.write_mocov3(random_vit(img_size=32, embed_dim=384, depth=1, num_heads=12), tmp_path / 'moco.pth.tar')
    conversion = convert(tmp_path / 'moco.pth.tar')
    assert conversion.backbone['arch']['num_heads'] == 12
    assert 'module.predictor.0.weight' in conversion.report.dropped
    assert not any('base_encoder.blocks' in name for name in conversion.report.dropped)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / 'vit.pth'
    write.write_timm(random_vit(**SIZES['patch 16']), path)
    return path


def edit(path, change):
    state = torch.load(path)
    change(state)
    torch.save(state, path)


@pytest.mark.parametrize('suffix', ['.safetensors', '.pth'])
def test_the_saved_file_is_a_pretrained_checkpoint_of_mmengine(saved, tmp_path, suffix):
    conversion = convert(saved, num_heads=3)
    target = tmp_path / f'base{suffix}'
    conversion.save(target)
    init_cfg = dict(type='Pretrained', checkpoint=str(target), prefix='backbone.')
    backbone = MODELS.build(dict(**conversion.backbone, init_cfg=init_cfg))
    backbone.init_weights()
    for name, value in backbone.state_dict().items():
        assert torch.equal(value, conversion.tensors[name])
    meta = read_checkpoint(target)['meta']
    assert meta['source'] == 'vit.pth' and meta['format'] == 'vit-timm' and meta['backbone'] == conversion.backbone


def test_two_conversions_give_the_same_bytes(saved, tmp_path):
    for name in ('a', 'b'):
        convert(saved, num_heads=3).save(tmp_path / f'{name}.safetensors')
    assert (tmp_path / 'a.safetensors').read_bytes() == (tmp_path / 'b.safetensors').read_bytes()


def test_an_unknown_width_asks_for_the_heads(saved):
    with pytest.raises(
        ValueError, match=r'vit\.pth: the number of attention heads for its width of 48 is unknown\. Pass --num-heads'
    ):
        convert(saved)


def test_heads_that_do_not_divide_the_width_are_refused(saved):
    with pytest.raises(ValueError, match='5 attention heads cannot share its width of 48'):
        convert(saved, num_heads=5)


def test_images_that_do_not_split_into_patches_are_refused(saved):
    with pytest.raises(ValueError, match='images of 100 do not split into patches of 16'):
        convert(saved, num_heads=3, img_size=100)


def test_two_missing_names_are_refused_and_listed(saved):
    edit(saved, lambda state: [state.pop(name) for name in ('norm.weight', 'blocks.1.mlp.fc2.bias')])
    with pytest.raises(ValueError, match=r'missing +2  layers\.1\.ffn\.layers\.1\.bias, ln1\.weight'):
        convert(saved, num_heads=3)


def test_a_name_that_no_table_knows_is_refused(saved):
    edit(saved, lambda state: state.update({'blocks.0.ls1.gamma': torch.ones(48)}))
    with pytest.raises(ValueError, match=r'unexpected +1  blocks\.0\.ls1\.gamma'):
        convert(saved, num_heads=3)


def test_a_tensor_of_another_shape_is_refused(saved):
    edit(saved, lambda state: state.update({'norm.weight': torch.ones(47)}))
    with pytest.raises(ValueError, match=r'mismatched +1  ln1\.weight'):
        convert(saved, num_heads=3)


def test_register_tokens_are_refused(saved):
    edit(saved, lambda state: state.update(pos_embed=torch.ones(1, 18, 48)))
    with pytest.raises(ValueError, match='18 positions are not those of cls_token and a square grid'):
        convert(saved, num_heads=3)


def test_a_key_without_its_query_is_unexpected(tmp_path):
    write.write_hf_encoder(random_vit(**SIZES['patch 16']), tmp_path / 'vit.pth')
    state = read_checkpoint((tmp_path / 'vit.pth').rename(tmp_path / 'vit.safetensors'))['state_dict']
    del state['encoder.layer.1.attention.attention.query.weight']
    torch.save(state, tmp_path / 'vit.bin')
    with pytest.raises(ValueError, match=r'(?s)missing +1  layers\.1\.attn\.qkv\.weight.*layers\.1\.attn\.k\.weight'):
        convert(tmp_path / 'vit.bin', num_heads=3)


def test_an_unknown_file_gets_the_list_of_formats(tmp_path):
    torch.save({'state_dict': nn.Linear(2, 2).state_dict()}, tmp_path / 'resnet.pth')
    with pytest.raises(
        ValueError, match=r'(?s)resnet\.pth.*weight, bias.*resnet .*swin .*vit-npz .*vit-mae .*vit-timm '
    ):
        convert(tmp_path / 'resnet.pth')


def test_a_format_that_was_asked_for_must_be_there(saved):
    with pytest.raises(ValueError, match='--format vit-npz'):
        convert(saved, format='vit-npz')


def test_an_encoder_of_mae_without_a_decoder_may_be_called_so(saved):
    assert convert(saved, format='vit-mae', num_heads=3).report.dropped == ['head.weight', 'head.bias']


@pytest.mark.parametrize('number', ['99999999999', '5000', '007'])
def test_blocks_that_are_not_counted_from_0_to_the_last_are_refused_before_a_model_is_built(saved, number, monkeypatch):
    monkeypatch.setattr('mmvpt.converters.pipeline._build', lambda backbone: pytest.fail('a model was built'))
    edit(saved, lambda state: [rename(state, name, f'blocks.{number}.') for name in list(state)])
    with pytest.raises(Refused, match=r'vit\.pth'):
        convert(saved, num_heads=3)


def rename(state, name, start):
    if name.startswith('blocks.1.'):
        state[name.replace('blocks.1.', start)] = state.pop(name)


@pytest.mark.parametrize(
    ('value', 'told'),
    [
        (torch.full((48,), float('nan')), 'ln1.weight holds NaN or infinity'),
        (torch.full((48,), float('inf')), 'ln1.weight holds NaN or infinity'),
        (torch.ones(48, dtype=torch.int8), 'ln1.weight is torch.int8, where a backbone has floats'),
        (torch.ones(48, dtype=torch.bool), 'ln1.weight is torch.bool, where a backbone has floats'),
        (torch.ones(48) * 1j, 'ln1.weight is torch.complex64, where a backbone has floats'),
    ],
)
def test_weights_that_are_no_finite_floats_are_refused(saved, value, told):
    edit(saved, lambda state: state.update({'norm.weight': value}))
    with pytest.raises(Refused, match=rf'Cannot convert .*vit\.pth: {told}.*Give the complete file'):
        convert(saved, num_heads=3)


def test_floats_of_another_width_are_converted(saved):
    edit(saved, lambda state: state.update({name: tensor.half() for name, tensor in state.items()}))
    assert convert(saved, num_heads=3).report.share == 1


def test_a_truncated_source_is_named(tmp_path):
    write.write_npz(random_vit(**SIZES['patch 16']), tmp_path / 'cut.npz')
    content = (tmp_path / 'cut.npz').read_bytes()
    (tmp_path / 'cut.npz').write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r'Cannot read .*cut\.npz'):
        convert(tmp_path / 'cut.npz')


def test_safetensors_are_the_default_and_the_source_is_never_overwritten(saved, tmp_path):
    conversion = convert(saved, num_heads=3)
    assert conversion.save(tmp_path / 'base') == tmp_path / 'base.safetensors'
    with pytest.raises(ValueError, match='is the source'):
        conversion.save(saved)


def test_an_unknown_suffix_is_refused(saved, tmp_path):
    with pytest.raises(ValueError, match=r'Its name must end in \.safetensors or \.pth'):
        convert(saved, num_heads=3).save(tmp_path / 'vit.onnx')


@pytest.fixture
def tool(monkeypatch, capsys):
    """Run the tool in this process and return what it printed."""

    def run(*args):
        monkeypatch.setattr(sys, 'argv', [str(TOOL), *map(str, args)])
        runpy.run_path(str(TOOL), run_name='__main__')
        return capsys.readouterr().out

    return run


def test_the_tool_converts_reports_and_shows_the_config(tool, saved, tmp_path):
    target = tmp_path / 'base.safetensors'
    printed = tool(saved, target, '--num-heads', 3, '--img-size', 96)
    assert 'interpolated     1  pos_embed' in printed
    assert "type='mmpretrain.VisionTransformer'" in printed
    assert read_metadata(target)['backbone']['img_size'] == 96


def test_the_help_lists_every_format(tool, capsys):
    with pytest.raises(SystemExit):
        tool('--help')
    printed = capsys.readouterr().out
    assert all(f'  {key} ' in printed and known.title in printed for key, known in KNOWN.items())


def test_the_tool_speaks_the_names_of_another_host(tool, tmp_path):
    pytest.importorskip('mmseg')
    torch.save(timm.create_model('resnet18d').state_dict(), tmp_path / 'resnet18d.pth')
    printed = tool(tmp_path / 'resnet18d.pth', tmp_path / 'base', '--host', 'mmseg')
    assert "type='mmseg.ResNet'" in printed and 'base.safetensors' in printed
    assert 'backbone.stem.7.running_var' in read_checkpoint(tmp_path / 'base.safetensors')['state_dict']


def test_a_dry_run_writes_nothing(tool, saved, tmp_path):
    assert 'matched' in tool(saved, tmp_path / 'base.safetensors', '--num-heads', 3, '--dry-run')
    assert list(tmp_path.iterdir()) == [saved]


def test_a_file_of_foreign_types_needs_the_flag(tool, saved, tmp_path, monkeypatch):
    monkeypatch.setenv(ALLOW_PICKLE, '0')  # so that what the tool sets is undone
    torch.save({'model': torch.load(saved), 'args': argparse.Namespace(lr=0.1)}, saved)
    with pytest.raises(SystemExit, match=r'argparse\.Namespace.*--allow-pickle'):
        tool(saved, tmp_path / 'base.safetensors', '--num-heads', 3)
    assert 'matched' in tool(saved, tmp_path / 'base.safetensors', '--num-heads', 3, '--allow-pickle')


def test_the_tool_refuses_a_file_that_lost_a_tenth_of_its_names(saved, tmp_path):
    edit(saved, lambda state: [state.pop(name) for name in list(state)[4::10]])
    command = [sys.executable, TOOL, saved, tmp_path / 'base.safetensors', '--num-heads', '3']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert 'missing' in done.stderr and 'Nothing was written' in done.stderr
    assert list(tmp_path.iterdir()) == [saved]
