"""The wrapper is a drop-in, and its weights are never quietly wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.registry import MODELS
from torch import nn
from torch.testing import assert_close

from mmvpt.engine import apply_delta, delta_state_dict, read_delta, save_delta
from mmvpt.files.write import write_safetensors
from mmvpt.models import TunedBackbone

ARCH = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
MMSEG_VIT = dict(
    type='mmseg.VisionTransformer', img_size=(32, 32), patch_size=8, embed_dims=32, num_layers=2, num_heads=2
)
SWIN_V2 = dict(
    type='mmpretrain.SwinTransformerV2',
    arch=dict(embed_dims=16, depths=[1, 1, 2, 1], num_heads=[1, 1, 2, 2], extra_norm_every_n_blocks=0),
    img_size=32,
    window_size=2,
    pad_small_map=True,
)
DEEP = dict(type='DeepPrompts', num_tokens=3)


def saved(path: Path, backbone: nn.Module, prefix: str = 'backbone.') -> dict:
    write_safetensors(path, {prefix + name: tensor for name, tensor in backbone.state_dict().items()}, {})
    return dict(type='Pretrained', checkpoint=str(path), **(dict(prefix=prefix) if prefix else {}))


@pytest.mark.parametrize('config', [VIT, MMSEG_VIT], ids=['mmpretrain', 'mmseg'])
@pytest.mark.parametrize('prefix', ['backbone.', ''])
def test_init_cfg_brings_the_base(config: dict, prefix: str, tmp_path: Path) -> None:
    base = MODELS.build(config)
    nn.init.normal_(base.pos_embed)
    init_cfg = saved(tmp_path / 'base.safetensors', base, prefix)
    tuned = TunedBackbone(dict(config, init_cfg=init_cfg), DEEP)
    tuned.init_weights()
    for name, tensor in base.state_dict().items():
        assert_close(tuned.backbone.state_dict()[name], tensor, rtol=0, atol=0)


def test_the_wrapper_can_say_where_the_base_comes_from(tmp_path: Path) -> None:
    base = MODELS.build(VIT)
    tuned = TunedBackbone(VIT, DEEP, init_cfg=saved(tmp_path / 'base.safetensors', base))
    tuned.init_weights()
    assert_close(tuned.backbone.pos_embed, base.pos_embed, rtol=0, atol=0)


@pytest.mark.parametrize('config', [VIT, MMSEG_VIT], ids=['mmpretrain', 'mmseg'])
def test_the_position_embedding_of_another_image_size_is_resized(config: dict, tmp_path: Path) -> None:
    size = 64 if config is VIT else (64, 64)
    init_cfg = saved(tmp_path / 'base.safetensors', MODELS.build(config))
    tuned = TunedBackbone(dict(config, img_size=size, init_cfg=init_cfg), DEEP)
    tuned.init_weights()
    assert tuned.backbone.pos_embed.shape == (1, 65, 32)


def test_a_pretrained_file_that_hardly_matches_is_refused(tmp_path: Path) -> None:
    base = MODELS.build(VIT)
    del base.layers[1]
    init_cfg = saved(tmp_path / 'base.safetensors', base)
    tuned = TunedBackbone(dict(VIT, init_cfg=init_cfg), DEEP)
    with pytest.raises(ValueError, match=r'at least 99% is required(.|\n)*layers.1.attn'):
        tuned.init_weights()


@pytest.mark.parametrize('tuner', ['LinearProbe', 'BiasTuning', 'FullTuning'])
def test_buffers_that_a_backbone_takes_out_of_every_file_are_not_missed(tuner: str, tmp_path: Path) -> None:
    base = MODELS.build(SWIN_V2)
    base.eval()
    config = dict(SWIN_V2, init_cfg=saved(tmp_path / 'base.safetensors', base))
    tuned, other = (TunedBackbone(config, dict(type=tuner)).eval() for _ in range(2))
    image = torch.randn(1, 3, 32, 32)
    tuned.init_weights()
    assert_close(tuned(image)[-1], base(image)[-1], rtol=0, atol=0)
    with torch.no_grad():
        for param in tuned.parameters():
            param.add_(0.1 * param.requires_grad)
    save_delta(tmp_path / 'delta.safetensors', tuned)
    apply_delta(other, read_delta(tmp_path / 'delta.safetensors')['state_dict'])
    assert_close(other(image)[-1], tuned(image)[-1], rtol=0, atol=0)
    fresh = TunedBackbone(SWIN_V2, dict(type=tuner)).eval()
    fresh.load_state_dict(tuned.state_dict())
    assert_close(fresh(image)[-1], tuned(image)[-1], rtol=0, atol=0)


def test_a_delta_of_other_windows_is_refused_by_what_the_backbone_computes_of_them(tmp_path: Path) -> None:
    base = saved(tmp_path / 'base.safetensors', MODELS.build(SWIN_V2))
    delta = delta_state_dict(_with_base(SWIN_V2, base))
    with pytest.raises(ValueError, match='trained on another base'):
        apply_delta(_with_base(dict(SWIN_V2, window_size=4), base), delta)


def _with_base(config: dict, init_cfg: dict) -> TunedBackbone:
    tuned = TunedBackbone(config, dict(type='BiasTuning'), init_cfg=init_cfg)
    tuned.init_weights()
    return tuned


def test_a_prefix_that_no_key_has_is_refused(tmp_path: Path) -> None:
    init_cfg = dict(saved(tmp_path / 'base.safetensors', MODELS.build(VIT)), prefix='encoder.')
    with pytest.raises(ValueError, match=r"starts with prefix='encoder.'. Its keys start with: backbone\."):
        TunedBackbone(dict(VIT, init_cfg=init_cfg), DEEP).init_weights()


def test_a_frozen_random_base_is_said_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    monkeypatch.setattr('mmvpt.models.tuned_backbone.print_log', lambda message, *args: said.append(message))
    TunedBackbone(VIT, DEEP).init_weights()
    TunedBackbone(VIT, dict(type='FullTuning')).init_weights()
    assert ['the base stays random' in message for message in said] == [True]


def test_the_attributes_of_the_plain_backbone_are_there() -> None:
    tuned = TunedBackbone(VIT, DEEP)
    assert tuned.embed_dims == 32
    assert tuned.num_extra_tokens == 1
    assert tuned.norm1 is tuned.backbone.ln1
    with pytest.raises(AttributeError, match='no_such_thing'):
        _ = tuned.no_such_thing


def test_layer_depths_are_those_of_the_plain_backbone() -> None:
    tuned, plain = TunedBackbone(VIT, DEEP), MODELS.build(VIT)
    for name, _ in plain.named_parameters():
        assert tuned.get_layer_depth(f'b.backbone.{name}', 'b.') == plain.get_layer_depth(f'b.{name}', 'b.')
    assert tuned.get_layer_depth('b.tuner.prompts.0', 'b.') == (3, 4)


def test_folding_in_training_is_refused() -> None:
    with pytest.raises(RuntimeError, match='call eval'):
        TunedBackbone(VIT, DEEP).train().fold()


def test_loading_weights_undoes_folding() -> None:
    tuned = TunedBackbone(VIT, DEEP).eval()
    image = torch.randn(1, 3, 32, 32)
    tuned.fold()
    state = {name: -tensor if 'prompts' in name else tensor for name, tensor in tuned.state_dict().items()}
    before = tuned(image)[-1]
    tuned.load_state_dict(state)
    assert not torch.allclose(tuned(image)[-1], before)


def test_an_unknown_backbone_says_what_will_do() -> None:
    with pytest.raises(ValueError, match=r"Unknown backbone 'NoViT'.*'mmseg.VisionTransformer'.*docs/guides/extend.md"):
        TunedBackbone(dict(type='NoViT'), DEEP)


def test_a_backbone_that_nobody_described_can_be_probed_and_tuned_by_its_biases() -> None:
    image = torch.randn(2, 3, 32, 32)
    for tuner, trained in (('LinearProbe', 0), ('BiasTuning', 4800), ('FullTuning', 11_176_512)):
        tuned = TunedBackbone(dict(type='mmpretrain.ResNet', depth=18), dict(type=tuner)).train()
        assert sum(param.numel() for param in tuned.parameters() if param.requires_grad) == trained
        means = tuned.backbone.bn1.running_mean.clone()
        tuned(image)
        assert torch.equal(tuned.backbone.bn1.running_mean, means) == (tuner != 'FullTuning')


def test_a_random_base_with_an_init_cfg_of_its_own_is_called_random() -> None:
    resnet = dict(type='mmpretrain.ResNet', depth=18)  # whose init_cfg is a list without a file
    tuned, other = (TunedBackbone(resnet, dict(type='LinearProbe')) for _ in range(2))
    tuned.init_weights()
    with pytest.raises(ValueError, match='another base.*random, as the config has no init_cfg'):
        other.load_state_dict(delta_state_dict(tuned))


def test_a_plain_torch_module_can_be_a_backbone(tmp_path: Path) -> None:
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    init_cfg = saved(tmp_path / 'base.safetensors', plain)
    tuned = TunedBackbone(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), dict(type='BiasTuning'), init_cfg)
    tuned.init_weights()
    image = torch.randn(1, 3, 8, 8)
    assert_close(tuned(image), plain(image), rtol=0, atol=0)


RESNET = dict(type='mmseg.ResNet', depth=18, base_channels=8)


def awake_norms(tuned: TunedBackbone) -> set[str]:
    return {
        name
        for name, module in tuned.backbone.named_modules()
        if isinstance(module, nn.BatchNorm2d) and module.training
    }


def said_by(monkeypatch: pytest.MonkeyPatch, backbone: dict, tuner: dict) -> tuple[TunedBackbone, str]:
    said: list[str] = []
    monkeypatch.setattr('mmvpt.models.attachment.print_log', lambda message, *args: said.append(message))
    return TunedBackbone(backbone, tuner).train(), ' '.join(said)


def test_stages_that_the_backbone_freezes_stay_frozen_under_any_tuner(monkeypatch: pytest.MonkeyPatch) -> None:
    tuned, said = said_by(monkeypatch, dict(RESNET, frozen_stages=1), dict(type='FullTuning'))
    frozen = {name for name, param in tuned.backbone.named_parameters() if not param.requires_grad}
    assert {name.partition('.')[0] for name in frozen} == {'conv1', 'bn1', 'layer1'}
    assert not any(name.startswith(('bn1', 'layer1')) for name in awake_norms(tuned))
    assert '18 of the 63 tensors that the tuner would train stay frozen, as ResNet freezes them itself' in said
    assert 'set frozen_stages=-1' in said


def test_norms_that_the_backbone_keeps_in_eval_stay_there_under_any_tuner() -> None:
    for tuner in (dict(type='FullTuning'), dict(type='PartialTuning', blocks=1)):
        assert not awake_norms(TunedBackbone(dict(RESNET, norm_eval=True), tuner).train())
    assert awake_norms(TunedBackbone(RESNET, dict(type='PartialTuning', blocks=1)).train()) == {
        'layer4.1.bn1',
        'layer4.1.bn2',
    }


def test_a_config_cannot_wake_norms_that_are_frozen_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tuned, said = said_by(monkeypatch, dict(RESNET, norm_eval=False), dict(type='LinearProbe'))
    assert not awake_norms(tuned)
    assert '21 batch norms of ResNet are frozen and keep their statistics: norm_eval=False is only' in said
    _, said = said_by(monkeypatch, dict(RESNET, norm_eval=True), dict(type='LinearProbe'))
    assert 'norm_eval' not in said


SWIN = dict(embed_dims=16, depths=(1, 1, 1, 1), num_heads=(1, 1, 2, 2), window_size=2, out_indices=(0, 1, 2, 3))


def test_a_classifier_without_norms_of_the_lower_outputs_is_a_base_for_dense_heads(tmp_path: Path) -> None:
    base = MODELS.build(dict(type='mmseg.SwinTransformer', **dict(SWIN, out_indices=(3,))))
    tuned = TunedBackbone(
        dict(type='mmseg.SwinTransformer', **SWIN),
        dict(type='LinearProbe'),
        saved(tmp_path / 'base.safetensors', base),
    )
    tuned.init_weights()
    assert_close(tuned.backbone.norm3.weight, base.norm3.weight, rtol=0, atol=0)
    assert torch.equal(tuned.backbone.norm0.weight, torch.ones(16))


def test_position_biases_of_a_swin_are_fitted_to_another_window(tmp_path: Path) -> None:
    ours, theirs = (
        MODELS.build(dict(type=f'{package}.SwinTransformer', **more))
        for package, more in [
            ('mmseg', dict(SWIN, window_size=4)),
            (
                'mmpretrain',
                dict(
                    arch=dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2]),
                    window_size=4,
                    out_indices=(0, 1, 2, 3),
                ),
            ),
        ]
    )
    base = MODELS.build(dict(type='mmseg.SwinTransformer', **SWIN))
    for name, param in base.named_parameters():
        if name.endswith('relative_position_bias_table'):
            nn.init.normal_(param)
    init_cfg = saved(tmp_path / 'base.safetensors', base)
    tables = []
    for backbone in (ours, theirs):
        TunedBackbone(backbone, dict(type='LinearProbe'), init_cfg).init_weights()
        tables.append({n: p for n, p in backbone.state_dict().items() if n.endswith('position_bias_table')})
        index = backbone.stages[0].blocks[0].attn.w_msa.relative_position_index
        assert index.shape == (16, 16)
    assert_close(tables[0], tables[1])
    assert all(len(table) == 49 for table in tables[0].values())


def test_one_place_names_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    monkeypatch.setattr('mmvpt.models.pretrained.print_log', lambda message, *args: said.append(message))
    files = [dict(type='Pretrained', checkpoint=name) for name in ('ours.pth', 'theirs.pth')]
    tuned = TunedBackbone(dict(VIT, init_cfg=files[1]), DEEP, init_cfg=files[0])
    assert tuned.base_name() == 'ours.pth'
    assert said == ['Weights are read from ours.pth, the init_cfg of the TunedBackbone, and not from theirs.pth.']
    with pytest.raises(ValueError, match='without a type.* set model.backbone.init_cfg.checkpoint'):
        TunedBackbone(dict(VIT, init_cfg=dict(checkpoint='mine.pth')), DEEP, init_cfg=files[0])
