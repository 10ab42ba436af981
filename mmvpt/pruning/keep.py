"""What stays of prompts, by their scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
from mmengine.config import ConfigDict
from torch import Tensor

from mmvpt.layers.prompt_layout import Kept
from mmvpt.registry import MODELS
from mmvpt.tuners.prompts import Prompts

from .importance import Scores
from .lookup import parts_of_class

#: Of each block, None for all of its prompts.
Keep = list[Kept | None]
#: Of each block as many stay in any case, so that none is left without a prompt or a parameter.
MIN_TOKENS, MIN_SEGMENTS = 1, 1


def keep_best(scores: Scores, tokens: int, segments: int, ranked: str = 'layer', segment_floor: float = 0.0) -> Keep:
    """Prune in cascade: the lowest tokens of each block, then the lowest segments of those that stay.

    In a backbone of several stages only the blocks of the first are pruned, as the E2VPT paper does in a Swin. A token
    and a segment of each block stay. A token that loses all of its segments stays too, as zeros: so the paper's masks
    of segments leave it.

    Args:
        scores: Of the unpruned prompts.
        tokens: How many percent of a block's tokens go.
        segments: How many percent of the segments of the tokens that stay go.
        ranked: Among which segments the lowest are sought: those of the ``layer``, as in the paper, or those of each
            ``token``, as in its public code, where every token loses as many and keeps one.
        segment_floor: Share of the segments of each token that stays in any case, rounded up; the public code's is 4 of
            16, which is 0.25. The paper has none.
    """
    require_percentages(tokens=[tokens], segments=[segments])
    require_floor(segment_floor)
    blocks = zip(scores.tokens, scores.segments, scores.stages, strict=True)
    rank = partial(RANKINGS[ranked], percent=segments, floor=segment_floor)
    return [
        _keep_block(of_tokens, of_segments, tokens, partial(rank, place=place)) if stage == 0 else None
        for place, (of_tokens, of_segments, stage) in enumerate(blocks)
    ]


def require_percentages(**percentages: Sequence[int]) -> None:
    """Refuse what is no percentage."""
    for name, values in percentages.items():
        if wrong := [value for value in values if not 0 <= value <= 100]:
            raise ValueError(f'{name}={wrong[0]}: percentages are 0 to 100; the paper tries 10 to 90.')


def require_floor(share: float) -> None:
    """Refuse what is no share of a token's segments."""
    if not 0 <= share <= 1:
        raise ValueError(f'segment_floor={share}: a share is 0 to 1, such as 0.25, the 4 of 16 of the public code.')


def require_any_pruning(tuner: Prompts, num_segments: int, tokens: int, segments: int, segment_floor: float) -> None:
    """Refuse percentages that prune nothing of a model, where nothing but pruned models may be selected."""
    shape = len(tuner.stages), tuner.num_tokens, num_segments
    scores = Scores(list(torch.zeros(shape[:2])), list(torch.zeros(shape)), tuner.stages)
    if keep_best(scores, tokens, segments, segment_floor=segment_floor) == keep_best(scores, 0, 0):
        raise ValueError(
            f'{tokens} % of {tuner.num_tokens} tokens and {segments} % of their {num_segments} segments, the most that '
            'is to be tried, prune nothing here. Take higher percentages, or let the whole model be selected too: '
            'without --always-prune.'
        )


def count_kept(keep: Keep, widths: Sequence[int], num_tokens: int) -> int:
    """Number of parameters that prompts have after pruning."""
    total = 0
    for block, width in zip(keep, widths, strict=True):
        if block is None:
            total += num_tokens * width
            continue
        rows = block.get('segments') or ['1'] * len(block['tokens'])
        total += sum(row.count('1') * width // len(row) for row in rows)
    return total


def set_keep(model: ConfigDict, keep: Keep) -> None:
    """Tell the prompts in the config of a model what is kept of them."""
    found = list(parts_of_class(model, MODELS, Prompts))
    if len(found) != 1:
        raise ValueError(
            f'Pruning needs a config with one tuner of prompts (DeepPrompts or ShallowPrompts); got {len(found)}.'
        )
    found[0]['keep'] = keep


def _keep_block(tokens: Tensor, segments: Tensor, percent: int, rank: Callable[[Tensor], Tensor]) -> Kept:
    """Keep the best of one block; equal scores keep the first."""
    gone = min(len(tokens) * percent // 100, len(tokens) - MIN_TOKENS)
    order = tokens.argsort(stable=True, descending=True)
    kept = sorted(order[: len(tokens) - gone].tolist())
    mask = rank(segments[kept])
    block = Kept(tokens=kept)
    if not mask.all():
        block['segments'] = [''.join('1' if stays else '0' for stays in row) for row in mask.tolist()]
    return block


def _rank_layer(scores: Tensor, percent: int, floor: float, place: int) -> Tensor:
    """Which segments (P, R) of a block stay, where the lowest of all go."""
    asked = scores.numel() * percent
    # Rounded down over all blocks, not in each: 50 and 60 % of one token's 8 segments are both 4, of twelve 48 and 57.
    return _drop(scores, asked * (place + 1) // 100 - asked * place // 100, floor)


def _rank_token(scores: Tensor, percent: int, floor: float, place: int) -> Tensor:
    """Which segments (P, R) of a block stay, where as many go of each token."""
    gone = scores.shape[1] * percent // 100
    return torch.cat([_drop(row[None], gone, floor) for row in scores])


RANKINGS = {'layer': _rank_layer, 'token': _rank_token}


def _drop(scores: Tensor, gone: int, floor: float) -> Tensor:
    """Which segments (P, R) stay, where the lowest go, unless their token has no more than the least."""
    count = scores.shape[1]
    least = math.ceil(floor * count - 1e-9)  # 0.1 of 30 are 3, whatever floats make of it
    gone = min(gone, len(scores) * (count - least), scores.numel() - MIN_SEGMENTS)
    mask = torch.ones_like(scores, dtype=torch.bool)
    for place in scores.flatten().argsort(stable=True).tolist():
        token, segment = divmod(place, count)
        if gone and mask[token].sum() > least:
            mask[token, segment] = False
            gone -= 1
    return mask
