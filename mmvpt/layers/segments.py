"""Tokens of which only some segments are left."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Segments(nn.Module):
    """Segments at their places in tokens, zeros between them: (S, C / R) to (P, C).

    What was pruned has no parameter: there is nothing to mask, to count or to decay. A token with no segment left is
    one of zeros.

    Args:
        kept: For each of P tokens its R segments in order, ``1`` where one is kept: ``['11110111', ...]``.
        width: Channels of a token, C.
    """

    index: Tensor

    def __init__(self, kept: Sequence[str], width: int) -> None:
        super().__init__()
        self.count = len(kept[0])
        _check(kept, self.count, width)
        self.width = width // self.count
        bits = torch.tensor([[bit == '1' for bit in token] for token in kept], device='cpu')
        self.places = bits.numel()
        self.register_buffer('index', bits.flatten().nonzero().flatten(), persistent=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Number and width of the segments that are left."""
        return len(self.index), self.width

    def forward(self, segments: Tensor) -> Tensor:
        return self._empty(segments).index_copy(0, self.index, segments).view(-1, self.count * self.width)

    def take(self, tokens: Tensor) -> Tensor:
        """Take what is left out of whole tokens (P, C)."""
        return tokens.view(self.places, self.width)[self.index]

    def _empty(self, segments: Tensor) -> Tensor:
        return segments.new_zeros(self.places, self.width)


def _check(kept: Sequence[str], count: int, width: int) -> None:
    if any(len(token) != count or set(token) - {'0', '1'} for token in kept):
        raise ValueError(
            f'Segments of a token are a string of 0 and 1, as long as that of its neighbours; got {list(kept)}.'
        )
    if count < 1 or width % count:
        raise ValueError(
            f'{count} segments do not divide a width of {width}. Take a number that does, such as '
            f'{_divisors_around(width, count)}.'
        )
    if not any('1' in token for token in kept):
        raise ValueError(f'None of {len(kept)} tokens has a segment left: {list(kept)}. Keep one segment at least.')


def _divisors_around(width: int, count: int) -> str:
    divisors = [number for number in range(1, width + 1) if width % number == 0]
    return ' or '.join(map(str, sorted(sorted(divisors, key=lambda number: abs(number - count))[:2])))
