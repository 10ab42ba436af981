"""A tuner on a family that it does not support says which it supports, and names none that would refuse it."""

from __future__ import annotations

import re

import pytest

from mmvpt import tuners
from mmvpt.models import TunedBackbone

ARCH = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
VIT = dict(arch=ARCH, img_size=32, patch_size=8)
SWIN_ARCH = dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2])
#: Backbones by the name of their family.
BACKBONES = {
    'mmpretrain.ResNet': dict(depth=18, base_channels=16, stem_channels=8),
    'mmpretrain.RegNet': dict(arch='regnetx_400mf'),
    'mmpretrain.ConvNeXt': dict(arch=dict(depths=[1, 1, 1, 1], channels=[16, 16, 32, 32])),
    'mmpretrain.SwinTransformer': dict(arch=SWIN_ARCH, img_size=32, window_size=2, pad_small_map=True),
    'mmpretrain.VisionTransformer': VIT,
    'mmpretrain.MAEViT': VIT,
    'mmpretrain.BEiTViT': dict(use_rel_pos_bias=False, **VIT),
    'mmpretrain.ViTEVA02': VIT,
    'mmseg.VisionTransformer': dict(img_size=32, patch_size=8, embed_dims=32, num_layers=2, num_heads=2),
    'mmpretrain.MobileNetV2': {},  # which nobody described
}
CNNS = {'mmpretrain.ResNet', 'mmpretrain.RegNet', 'mmpretrain.ConvNeXt', 'mmpretrain.MobileNetV2'}
#: What a tuner does not serve, by its name.
UNSERVED = {
    'DeepPrompts': CNNS | {'mmpretrain.ViTEVA02'},
    'ShallowPrompts': CNNS | {'mmpretrain.ViTEVA02'},
    'KeyValuePrompts': CNNS | {'mmpretrain.ViTEVA02'},
    'PatchPrompts': CNNS | {'mmpretrain.ViTEVA02', 'mmpretrain.SwinTransformer'},
    'AddPrompts': CNNS,
    'Adapter': CNNS,
    'LoRA': CNNS | {'mmpretrain.ViTEVA02'},
    'ClsTokenTuning': CNNS | {'mmpretrain.SwinTransformer'},
    'ProTuning': {'mmpretrain.MobileNetV2'},
    'SideTuning': {'mmpretrain.MobileNetV2'},
    'PartialTuning': {'mmpretrain.MobileNetV2'},
}
ANY = {'BiasTuning', 'ChannelPrompts', 'FullTuning', 'LinearProbe', 'NormTuning', 'PadPrompts'}
OPTIONS = {
    'PartialTuning': dict(blocks=1),
    'ProTuning': dict(groups=1),
    'SideTuning': dict(network=dict(type='mmpretrain.ResNet', **BACKBONES['mmpretrain.ResNet'])),
}


def tune(family: str, tuner: str) -> TunedBackbone:
    return TunedBackbone(dict(type=family, **BACKBONES[family]), dict(type=tuner, **OPTIONS.get(tuner, {})))


@pytest.mark.parametrize(
    ('tuner', 'family'), [(tuner, family) for tuner, families in UNSERVED.items() for family in sorted(families)]
)
def test_a_family_that_is_not_served_hears_of_those_that_are(tuner: str, family: str) -> None:
    with pytest.raises(TypeError, match=f'^{tuner} needs .*describe') as caught:
        tune(family, tuner)
    (listed,) = re.findall(r'Families that have them: (.*?)\. Take', str(caught.value))
    served = set(BACKBONES) - UNSERVED[tuner]
    assert set(listed.split(', ')) & set(BACKBONES) == served


@pytest.mark.parametrize('tuner', [*UNSERVED, *sorted(ANY)])
def test_a_family_that_is_served_is_tuned(tuner: str) -> None:
    for family in sorted(set(BACKBONES) - UNSERVED.get(tuner, set())):
        tune(family, tuner)


def test_the_table_knows_every_tuner() -> None:
    classes = [getattr(tuners, name) for name in tuners.__all__]
    names = {cls.__name__ for cls in classes if isinstance(cls, type) and issubclass(cls, tuners.Tuner)}
    assert names - {'Tuner', 'TunerList'} == {*UNSERVED, *ANY}
