"""Partial tuning names what trains, as each paper counts it."""

from __future__ import annotations

import pytest

from mmvpt.models import TunedBackbone

RESNET = dict(type='mmpretrain.ResNet', depth=50)
DEIT = dict(type='mmpretrain.VisionTransformer', arch='deit-s')
SWIN = dict(type='mmpretrain.SwinTransformer', arch='small')
HEAD = {'resnet': 2049 * 120, 'deit': 385 * 120, 'swin': 769 * 120}


@pytest.mark.parametrize(
    ('config', 'tuner', 'classes', 'millions'),
    [
        (RESNET, dict(blocks=1), 2049 * 120, 4.708),
        (RESNET, dict(blocks=2), 2049 * 120, 9.171),
        (DEIT, dict(modules=['layers.11.ffn']), 385 * 120, 1.228),
        (DEIT, dict(blocks=1), 385 * 120, 1.821),
        (SWIN, dict(modules=['stages.3.blocks.1.ffn.layers.1']), 769 * 120, 2.452),
        (SWIN, dict(modules=['stages.3.blocks.1.ffn']), 769 * 120, 4.815),
    ],
)
def test_partial_tuning_counts_as_the_pro_tuning_paper(config, tuner, classes, millions) -> None:
    """Partial-1 and Partial-2 of Table 2, with its head of 120 classes."""
    tuned = TunedBackbone(config, dict(type='PartialTuning', **tuner))
    trained = sum(param.numel() for param in tuned.parameters() if param.requires_grad)
    assert round((trained + classes) / 1e6, 3) == millions


def test_what_trains_is_in_train_mode_and_the_rest_is_not() -> None:
    tuned = TunedBackbone(RESNET, dict(type='PartialTuning', blocks=1)).train()
    assert tuned.backbone.layer4[2].bn1.training
    assert not tuned.backbone.layer4[1].bn1.training
    assert not tuned.backbone.training


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(), 'Give blocks=1 or more'),
        (dict(blocks=-1), 'Give blocks=1 or more'),
        (dict(blocks=17), 'ResNet has 16 blocks that mmvpt knows'),
        (dict(modules=['layer4.7.conv1']), "no module 'layer4.7.conv1'. In 'layer4' there are: 0, 1, 2."),
        (dict(modules=['layer9']), "no module 'layer9'. In 'its top level' there are: conv1, bn1"),
    ],
)
def test_bad_options_are_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TunedBackbone(RESNET, dict(type='PartialTuning', **options))
