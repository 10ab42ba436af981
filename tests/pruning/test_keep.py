"""What stays of prompts follows from their scores, block by block, tokens first."""

from __future__ import annotations

import pytest
import torch
from mmengine.config import ConfigDict

from mmvpt.models import TunedBackbone
from mmvpt.pruning import Scores, count_kept, keep_best, set_keep
from tests.tuners.test_vpt import SWINS, VIT, count


def scores_of(num_tokens: int, num_segments: int, stages: list[int]) -> Scores:
    """Random scores; the tokens' are not the sums of their segments'."""
    generator = torch.Generator().manual_seed(0)
    shape = (len(stages), num_tokens)
    tokens, segments = torch.rand(shape, generator=generator), torch.rand(*shape, num_segments, generator=generator)
    return Scores(list(tokens), list(segments), stages)


def test_the_lowest_tokens_of_each_block_go_then_the_lowest_segments_of_the_others() -> None:
    tokens = torch.tensor([0.3, 0.1, 0.4, 0.2])
    segments = torch.tensor([[5, 6, 1, 7, 2, 8.0], [0, 0, 0, 0, 0, 0], [3, 9, 9, 9, 9, 9], [0, 0, 0, 0, 0, 0]])
    (block,) = keep_best(Scores([tokens], [segments], [0]), tokens=50, segments=25)
    assert block == dict(tokens=[0, 2], segments=['110101', '011111'])


def test_segments_are_ranked_within_the_layer_or_within_each_token() -> None:
    segments = torch.tensor([[1, 2, 3, 4, 5, 6.0], [11, 12, 13, 14, 15, 16]])
    scores = Scores([torch.ones(2)], [segments], [0])
    assert keep_best(scores, 0, 17)[0]['segments'] == ['001111', '111111']
    assert keep_best(scores, 0, 17, ranked='token')[0]['segments'] == ['011111', '011111']


@pytest.mark.parametrize(('percent', 'left'), [(0, 10), (10, 9), (50, 5), (90, 1), (100, 1)])
def test_a_token_stays_whatever_the_percentage(percent: int, left: int) -> None:
    """P = 10 loses 1 to 9 of its tokens at 10 to 90 %, as in the public code."""
    keep = keep_best(scores_of(10, 8, [0, 0]), tokens=percent, segments=0)
    assert [len(block['tokens']) for block in keep] == [left, left]


@pytest.mark.parametrize('ranked', ['layer', 'token'])
def test_four_segments_of_a_token_stay_whatever_the_percentage(ranked: str) -> None:
    (block,) = keep_best(scores_of(5, 8, [0]), tokens=0, segments=100, ranked=ranked)
    assert [row.count('1') for row in block['segments']] == [4] * 5


def test_the_levels_of_segments_are_those_of_the_public_code() -> None:
    """16 parts of each token: 1, 3, 4, 6, 8, 9, 11 and 12 go at 10 to 90 %."""
    scores = scores_of(1, 16, [0])
    gone = [keep_best(scores, 0, percent, ranked='token')[0]['segments'][0].count('0') for percent in range(10, 91, 10)]
    assert gone == [1, 3, 4, 6, 8, 9, 11, 12, 12]


def test_only_the_first_stage_is_pruned() -> None:
    keep = keep_best(scores_of(5, 8, [0, 0, 1, 2]), tokens=40, segments=0)
    assert [block and len(block['tokens']) for block in keep] == [3, 3, None, None]


@pytest.mark.parametrize(('config', 'stages'), [(VIT, [0] * 4), (SWINS['mmpretrain'], [0, 0, 1, 1, 2, 2, 3, 3])])
@pytest.mark.parametrize('percentages', [(0, 0), (30, 0), (0, 40), (60, 20)])
def test_the_formula_counts_what_the_model_has(config: dict, stages: list[int], percentages: tuple) -> None:
    keep = keep_best(scores_of(5, 8, stages), *percentages)
    tuned = TunedBackbone(config, dict(type='DeepPrompts', num_tokens=5, keep=keep))
    widths = [32] * 4 if len(stages) == 4 else [16, 16, 32, 32, 64, 64, 128, 128]
    assert tuned.tuner.stages == stages
    assert count(tuned) == count_kept(keep, widths, num_tokens=5)


@pytest.mark.parametrize(('tokens', 'segments', 'name'), [(-1, 0, 'tokens=-1'), (0, 101, 'segments=101')])
def test_percentages_outside_0_to_100_are_refused(tokens: int, segments: int, name: str) -> None:
    with pytest.raises(ValueError, match=f'{name}: percentages are 0 to 100; the paper tries 10 to 90'):
        keep_best(scores_of(5, 8, [0]), tokens, segments)


def test_what_is_kept_reaches_the_one_tuner_of_prompts_in_a_config() -> None:
    model = ConfigDict(
        backbone=dict(tuner=[dict(type='mmvpt.KeyValuePrompts'), dict(type='mmvpt.DeepPrompts', num_tokens=5)])
    )
    set_keep(model, [None])
    assert model.backbone.tuner[1].keep == [None]
    assert 'keep' not in model.backbone.tuner[0]
    with pytest.raises(ValueError, match='one tuner of prompts .*; got 0'):
        set_keep(ConfigDict(backbone=dict(tuner=dict(type='mmvpt.LoRA'))), [None])
