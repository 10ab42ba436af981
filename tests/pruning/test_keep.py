"""What stays of prompts follows from their scores, block by block, tokens first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from mmengine.config import ConfigDict

from mmvpt.models import TunedBackbone
from mmvpt.pruning import Scores, count_kept, keep_best, set_keep
from mmvpt.registry import MODELS
from mmvpt.runs.search import LEVELS
from mmvpt.tuners.vpt import DeepPrompts
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


def segments_left(keep: list, num_segments: int, num_tokens: int = 1) -> list[list[int]]:
    """How many segments of each token are left, block by block."""
    everything = ['1' * num_segments] * num_tokens
    return [[row.count('1') for row in block.get('segments', everything)] for block in keep]


def test_any_share_of_the_segments_goes_as_asked() -> None:
    scores = scores_of(10, 8, [0, 0])
    left = [segments_left(keep_best(scores, 0, percent), 8) for percent in LEVELS]
    assert [[sum(block) for block in blocks] for blocks in left] == [[80 - 80 * level // 100] * 2 for level in LEVELS]


def test_a_token_may_lose_all_of_its_segments_and_stays() -> None:
    scores = Scores([torch.ones(2)], [torch.tensor([[1, 2, 3, 4.0], [5, 6, 7, 8]])], [0])
    assert keep_best(scores, 0, 75) == [dict(tokens=[0, 1], segments=['0000', '0011'])]


@pytest.mark.parametrize(('ranked', 'left'), [('layer', [1]), ('token', [1] * 5)])
@pytest.mark.parametrize('num_segments', [1, 3, 8])
def test_a_segment_of_a_block_stays_whatever_the_percentage(ranked: str, left: list, num_segments: int) -> None:
    (block,) = segments_left(keep_best(scores_of(5, num_segments, [0]), 0, 100, ranked), num_segments, num_tokens=5)
    assert [number for number in block if number] == left


@pytest.mark.parametrize('depth', [2, 4, 12])
def test_81_pairs_of_percentages_are_81_models(depth: int) -> None:
    """E2VPT, section 4.1: 10 to 90 % of tokens and of 8 segments; P = 10, in the first stage of a Swin and in ViTs."""
    scores = scores_of(10, 8, [0] * depth)
    keeps = [keep_best(scores, tokens, segments) for tokens in LEVELS for segments in LEVELS]
    assert len({json.dumps(keep) for keep in keeps}) == 81
    sizes = [(len(keep[0]['tokens']), count_kept(keep, [8] * depth, num_tokens=10)) for keep in keeps]
    assert len(set(sizes)) == 81


def test_segments_are_rounded_down_over_all_blocks_and_not_in_each() -> None:
    """60 % of 8 segments are 4.8; of five blocks' 40 they are 24."""
    keep = keep_best(scores_of(1, 8, [0] * 5), tokens=0, segments=60)
    assert segments_left(keep, 8) == [[4], [3], [3], [3], [3]]


def test_few_segments_come_to_fewer_models_than_pairs() -> None:
    """One block, one token: 50 and 60 % of its 8 segments are 4."""
    scores = scores_of(1, 8, [0])
    assert keep_best(scores, 0, 50) == keep_best(scores, 0, 60) != keep_best(scores, 0, 70)


@pytest.mark.parametrize(('num_segments', 'left'), [(1, 1), (3, 1), (5, 2), (8, 2), (16, 4), (30, 8)])
@pytest.mark.parametrize('ranked', ['layer', 'token'])
def test_the_floor_of_the_public_code_scales_with_the_number_of_segments(num_segments, left: int, ranked: str) -> None:
    keep = keep_best(scores_of(5, num_segments, [0]), 0, 100, ranked, segment_floor=0.25)
    assert segments_left(keep, num_segments, num_tokens=5) == [[left] * 5]


@pytest.mark.parametrize(('segment_floor', 'left'), [(0.1, 3), (0.7, 21), (1.0, 30)])
def test_a_floor_that_is_a_whole_number_of_segments_is_that(segment_floor: float, left: int) -> None:
    """In floats 0.1 * 30 is more than 3."""
    keep = keep_best(scores_of(2, 30, [0]), 0, 100, segment_floor=segment_floor)
    assert segments_left(keep, 30, num_tokens=2) == [[left] * 2]


@pytest.mark.parametrize('segment_floor', [-0.1, 25])
def test_a_floor_that_is_no_share_is_refused(segment_floor: float) -> None:
    with pytest.raises(ValueError, match=rf'segment_floor={segment_floor}: a share is 0 to 1, such as 0\.25'):
        keep_best(scores_of(5, 8, [0]), 0, 50, segment_floor=segment_floor)


@pytest.mark.parametrize(
    ('segment_floor', 'levels'), [(0.25, [1, 3, 4, 6, 8, 9, 11, 12, 12]), (0.0, [1, 3, 4, 6, 8, 9, 11, 12, 14])]
)
def test_the_levels_of_segments_are_those_of_the_public_code_with_its_floor(segment_floor, levels: list) -> None:
    """16 parts of each token: 1, 3, 4, 6, 8, 9, 11 and 12 go at 10 to 90 %."""
    scores = scores_of(2, 16, [0])
    keeps = [keep_best(scores, 0, level, ranked='token', segment_floor=segment_floor) for level in LEVELS]
    assert [segments_left(keep, 16) for keep in keeps] == [[[16 - gone] * 2] for gone in levels]


def test_only_the_first_stage_is_pruned() -> None:
    keep = keep_best(scores_of(5, 8, [0, 0, 1, 2]), tokens=40, segments=0)
    assert [block and len(block['tokens']) for block in keep] == [3, 3, None, None]


@pytest.mark.parametrize(('config', 'stages'), [(VIT, [0] * 4), (SWINS['mmpretrain'], [0, 0, 1, 1, 2, 2, 3, 3])])
@pytest.mark.parametrize('percentages', [(0, 0), (30, 0), (0, 40), (60, 20), (80, 90)])
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


def test_prompts_of_a_users_own_class_are_found_in_a_config() -> None:
    @MODELS.register_module(name='PromptsOfAUser', force=True)
    class PromptsOfAUser(DeepPrompts):
        pass

    model = ConfigDict(type='NotInstalled', backbone=dict(tuner=[dict(type='mmvpt.PromptsOfAUser', num_tokens=5)]))
    set_keep(model, [None])
    assert model.backbone.tuner[0].keep == [None]


def test_looking_for_prompts_imports_nothing_that_a_config_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A config may come out of a file of somebody else."""
    for name in ('evil.py', 'registry.py'):
        (tmp_path / name).write_text(f'open({str(tmp_path / "ran")!r}, "w")')
    (tmp_path / 'bad').mkdir()
    (tmp_path / 'bad' / 'registry.py').write_text(f'open({str(tmp_path / "ran")!r}, "w")')
    monkeypatch.syspath_prepend(str(tmp_path))
    model = ConfigDict(
        type='evil.Model',
        neck=dict(type='bad.Neck'),
        head=dict(type='os.system'),
        backbone=dict(tuner=dict(type='mmvpt.DeepPrompts', num_tokens=5)),
    )
    set_keep(model, [None])
    assert model.backbone.tuner.keep == [None]
    assert not (tmp_path / 'ran').exists()
