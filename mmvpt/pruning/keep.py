"""What stays of prompts, by their scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from mmengine.config import ConfigDict
from torch import Tensor

from .importance import Scores

Keep = list[dict[str, Any] | None]
#: No layer loses more: a token stays, and of each kept token four segments (or all that it has).
MIN_TOKENS, MIN_SEGMENTS = 1, 4
PROMPTS = ('DeepPrompts', 'ShallowPrompts')


def keep_best(scores: Scores, tokens: int, segments: int, ranked: str = 'layer') -> Keep:
    """Prune in cascade: the lowest tokens of each block, then the lowest segments of those that stay.

    In a backbone of several stages only the blocks of the first are pruned, as the E2VPT paper does in a Swin.

    Args:
        scores: Of the whole prompts.
        tokens: How many percent of a block's tokens go.
        segments: How many percent of the segments of the tokens that stay go.
        ranked: Among which segments the lowest are sought: those of the ``layer``, as in the paper, or those of each
            ``token``, as in its public code, where every token loses as many.
    """
    require_percentages(tokens=[tokens], segments=[segments])
    blocks = zip(scores.tokens, scores.segments, scores.stages, strict=True)
    return [
        _keep_block(of_tokens, of_segments, tokens, segments, RANKINGS[ranked]) if stage == 0 else None
        for of_tokens, of_segments, stage in blocks
    ]


def require_percentages(**percentages: Sequence[int]) -> None:
    """Refuse what is no percentage."""
    for name, values in percentages.items():
        if wrong := [value for value in values if not 0 <= value <= 100]:
            raise ValueError(f'{name}={wrong[0]}: percentages are 0 to 100; the paper tries 10 to 90.')


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
    found = list(_prompts_of(model))
    if len(found) != 1:
        raise ValueError(
            f'Pruning needs a config with one tuner of prompts ({" or ".join(PROMPTS)}); got {len(found)}.'
        )
    found[0]['keep'] = keep


def _keep_block(tokens: Tensor, segments: Tensor, less: int, lesser: int, rank: Any) -> dict[str, Any]:
    """Keep the best of one block; equal scores keep the first."""
    gone = min(len(tokens) * less // 100, len(tokens) - MIN_TOKENS)
    order = tokens.argsort(stable=True, descending=True)
    kept = sorted(order[: len(tokens) - gone].tolist())
    mask = rank(segments[kept], lesser)
    block: dict[str, Any] = dict(tokens=kept)
    if not mask.all():
        block['segments'] = [''.join('1' if stays else '0' for stays in row) for row in mask.tolist()]
    return block


def _rank_layer(scores: Tensor, percent: int) -> Tensor:
    """Which segments (P, R) stay, where the lowest of all go, unless their token has no more than the least."""
    count = scores.shape[1]
    least = min(MIN_SEGMENTS, count)
    gone = min(scores.numel() * percent // 100, len(scores) * (count - least))
    mask = torch.ones_like(scores, dtype=torch.bool)
    for place in scores.flatten().argsort(stable=True).tolist():
        token, segment = divmod(place, count)
        if gone and mask[token].sum() > least:
            mask[token, segment] = False
            gone -= 1
    return mask


def _rank_token(scores: Tensor, percent: int) -> Tensor:
    """Which segments (P, R) stay, where as many go of each token."""
    return torch.cat([_rank_layer(row[None], percent) for row in scores])


RANKINGS = {'layer': _rank_layer, 'token': _rank_token}


def _prompts_of(part: Any) -> Iterator[dict]:
    """Yield every config of a tuner of prompts inside a config."""
    if isinstance(part, Mapping):
        if str(part.get('type')).rpartition('.')[2] in PROMPTS:
            yield part  # type: ignore[misc]
        for value in part.values():
            yield from _prompts_of(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for item in part:
            yield from _prompts_of(item)
