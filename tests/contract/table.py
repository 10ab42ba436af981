"""The table of the contract: every backbone here, every tuner, and what each tuner promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn

import mmvpt.registry  # noqa: F401  (lets MMEngine's registry find mmpretrain and mmseg by prefix)
from mmvpt.models import TunedBackbone
from mmvpt.tuners.selective import is_bias

DIM, DEPTH, TOKENS, PATCH = 32, 3, 4, 8
ARCH = dict(embed_dims=DIM, num_layers=DEPTH, num_heads=2, feedforward_channels=2 * DIM)
VIT = dict(arch=ARCH, img_size=32, patch_size=PATCH, out_type='featmap', drop_path_rate=0.2)


@dataclass(frozen=True)
class BackboneRow:
    """A small backbone.

    Args:
        fixed_length: It takes no other sequence than its own: square images, no shallow prompts.
        options: What makes the plain one return features.
        unused: Part of the names of parameters that its forward never touches.
    """

    name: str
    config: dict
    fixed_length: bool = False
    options: tuple = ()
    unused: str | None = None

    def build(self, **changes) -> nn.Module:
        torch.manual_seed(0)
        backbone = MODELS.build({**self.config, **changes})
        for param in backbone.parameters():  # biases and tokens start at zero, where mistakes would not show
            nn.init.normal_(param, std=0.1) if param.dim() < 2 or param.shape[0] == 1 else None
        for name, param in backbone.named_parameters():
            if name.endswith(('ln1.weight', 'ln2.weight', 'norm1.weight', 'norm2.weight')):
                nn.init.normal_(param, mean=1.0, std=0.1)
        return backbone

    def image(self, batch: int = 2, **kwargs) -> Tensor:
        generator = torch.Generator().manual_seed(1)
        width = 32 if self.fixed_length else 48
        return torch.randn(batch, 3, 32, width, generator=generator, **kwargs)


@dataclass(frozen=True)
class TunerRow:
    """A tuner and its promises.

    Args:
        starts_as_plain: The first forward equals the plain backbone's.
        new: Number of new parameters.
        unfrozen: Whether a parameter of the backbone, by its name, trains.
        grows: It lengthens the sequence.
    """

    name: str
    config: dict | list
    starts_as_plain: bool
    new: int
    unfrozen: Callable[[str], bool] = lambda name: False
    grows: bool = False


BACKBONES = [
    BackboneRow('vit', dict(type='mmpretrain.VisionTransformer', **VIT)),
    BackboneRow('deit', dict(type='mmpretrain.DistilledVisionTransformer', **VIT)),
    BackboneRow('deit3', dict(type='mmpretrain.DeiT3', **VIT), unused='.ln2.'),  # norms twice with ln1
    BackboneRow('mae', dict(type='mmpretrain.MAEViT', **VIT), options=(('mask', None),)),
    BackboneRow('mocov3', dict(type='mmpretrain.MoCoV3ViT', **VIT)),
    BackboneRow('beit', dict(type='mmpretrain.BEiTViT', **VIT, use_rel_pos_bias=True), fixed_length=True),
    BackboneRow(
        'beit_shared',
        dict(type='mmpretrain.BEiTViT', **VIT, use_rel_pos_bias=False, use_shared_rel_pos_bias=True),
        fixed_length=True,
    ),
    BackboneRow(
        'mmseg_vit',
        dict(
            type='mmseg.VisionTransformer',
            img_size=(32, 32),
            patch_size=PATCH,
            embed_dims=DIM,
            num_layers=DEPTH,
            num_heads=2,
            mlp_ratio=2,
            patch_bias=True,
            drop_path_rate=0.2,
        ),
    ),
]

DEEP = dict(type='DeepPrompts', num_tokens=TOKENS)
TUNERS = [
    TunerRow('linear', dict(type='LinearProbe'), starts_as_plain=True, new=0),
    TunerRow('full', dict(type='FullTuning'), starts_as_plain=True, new=0, unfrozen=lambda name: True),
    TunerRow('bias', dict(type='BiasTuning'), starts_as_plain=True, new=0, unfrozen=is_bias),
    TunerRow('vpt', DEEP, starts_as_plain=False, new=DEPTH * TOKENS * DIM),
    TunerRow('vpt_dropout', {**DEEP, 'dropout': 0.1}, starts_as_plain=False, new=DEPTH * TOKENS * DIM),
    TunerRow('vpt_last', {**DEEP, 'start': -1}, starts_as_plain=False, new=TOKENS * DIM),
    TunerRow('vpt_projected', {**DEEP, 'projected_dim': 8}, starts_as_plain=False, new=DEPTH * TOKENS * 8 + 9 * DIM),
    TunerRow(
        'vpt_shallow',
        dict(type='ShallowPrompts', num_tokens=TOKENS),
        starts_as_plain=False,
        new=TOKENS * DIM,
        grows=True,
    ),
    TunerRow(
        'vpt_bias',
        [DEEP, dict(type='BiasTuning')],
        starts_as_plain=False,
        new=DEPTH * TOKENS * DIM,
        unfrozen=is_bias,
    ),
    TunerRow(
        'vpt_both',
        [dict(type='ShallowPrompts', num_tokens=TOKENS), DEEP],
        starts_as_plain=False,
        new=(DEPTH + 1) * TOKENS * DIM,
        grows=True,
    ),
]


@dataclass(frozen=True)
class Case:
    """A tuner on a backbone."""

    backbone: BackboneRow
    tuner: TunerRow

    def plain(self, **changes) -> nn.Module:
        plain = self.backbone.build(**changes)
        plain.eval()
        return plain

    def tuned(self, **changes) -> TunedBackbone:
        backbone = self.backbone.build(**changes)
        torch.manual_seed(2)
        return TunedBackbone(backbone, self.tuner.config)


CASES = [
    pytest.param(Case(backbone, tuner), id=f'{tuner.name}-{backbone.name}')
    for backbone in BACKBONES
    for tuner in TUNERS
    if not (tuner.grows and backbone.fixed_length)
]
