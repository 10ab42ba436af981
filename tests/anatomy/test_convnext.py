"""A ConvNeXt is edited between its stages, before the norms of its outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.anatomy import describe
from mmvpt.models import TunedBackbone
from mmvpt.tuners.selective import is_bias

SMALL = dict(
    type='mmpretrain.ConvNeXt',
    arch=dict(depths=[1, 1, 2, 1], channels=[16, 32, 32, 64]),
    out_indices=(0, 1, 2, 3),
    layer_scale_init_value=0.1,
)


class Shift(nn.Module):
    """Change a map in a way that no norm takes out again."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.shift = torch.randn(dim, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        assert x.shape[1] == len(self.shift)
        return x + self.shift


def forward_by_hand(convnext: nn.Module, image: Tensor, index: int, edit: nn.Module, pooled: bool) -> list[Tensor]:
    outputs, x = [], image
    for stage in range(4):
        x = convnext.downsample_layers[stage](x)
        x = edit(x) if index == stage == 0 else x
        x = convnext.stages[stage](x)
        x = edit(x) if index == stage + 1 else x
        norm = getattr(convnext, f'norm{stage}')
        outputs.append(norm(x.mean([-2, -1], keepdim=True)).flatten(1) if pooled else norm(x))
    return outputs


@pytest.mark.parametrize('pooled', [True, False])
@pytest.mark.parametrize('index', range(5))
def test_a_map_reaches_the_next_stage_and_the_heads_once(index: int, pooled: bool) -> None:
    torch.manual_seed(0)
    plain, edited = (MODELS.build(dict(SMALL, gap_before_final_norm=pooled)) for _ in range(2))
    edited.load_state_dict(plain.state_dict())
    point = describe(edited).points[index]
    edit = Shift(point.dim)
    point.after(edit)
    image = torch.randn(2, 3, 64, 96)
    outputs = edited(image)
    assert_close(list(outputs), forward_by_hand(plain, image, index, edit, pooled))
    assert not torch.allclose(outputs[-1], plain(image)[-1])


def test_a_classifier_is_a_base_for_dense_heads(tmp_path: Path) -> None:
    torch.manual_seed(0)
    classifier = MODELS.build(dict(SMALL, out_indices=(3,)))
    torch.save(classifier.state_dict(), tmp_path / 'convnext.pth')
    pretrained = dict(type='Pretrained', checkpoint=str(tmp_path / 'convnext.pth'))
    tuned = TunedBackbone(dict(SMALL, gap_before_final_norm=False), dict(type='ProTuning'), init_cfg=pretrained)
    tuned.init_weights()
    assert_close(tuned.backbone.stages.state_dict(), classifier.stages.state_dict(), rtol=0, atol=0)
    assert [tuple(out.shape) for out in tuned(torch.randn(1, 3, 64, 96))] == [
        (1, 16, 16, 24),
        (1, 32, 8, 12),
        (1, 32, 4, 6),
        (1, 64, 2, 3),
    ]


def test_stages_that_the_config_freezes_stay_frozen_under_bias_tuning() -> None:
    tuned = TunedBackbone(MODELS.build(dict(SMALL, frozen_stages=2)), dict(type='BiasTuning')).train()
    trained = {name for name, param in tuned.backbone.named_parameters() if param.requires_grad}
    assert trained and all(is_bias(name) for name in trained)
    assert not any(name.startswith(('stages.0.', 'stages.1.', 'downsample_layers.0.')) for name in trained)


def test_prompts_as_keys_name_families_with_attention() -> None:
    with pytest.raises(TypeError, match=r'knows none in ConvNeXt.*mmpretrain\.VisionTransformer'):
        TunedBackbone(MODELS.build(SMALL), dict(type='DeepPrompts'))
