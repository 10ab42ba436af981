"""Which parameters hold the prompts of each block, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from .memory import in_gib, total_memory
from .segments import Segments


class Kept(TypedDict):
    """What pruning left of a block's prompts.

    Attributes:
        tokens: Numbers of the prompts that are left.
        segments: Of each of them its segments in order, ``1`` where one is left: ``['11110111', ...]``. All are left
            where this is missing.
    """

    tokens: Sequence[int]
    segments: NotRequired[Sequence[str]]


@dataclass(frozen=True)
class PromptLayout:
    """Which parameter holds the prompts of each block, and in which shape.

    Parameters are sets of prompts: one for each block, or one for all blocks of a width.

    Args:
        widths: Channels of each block that has prompts.
        num_tokens: Prompts of a block before pruning.
        within: Whether all prompts of a block are one and the same.
        among: Whether blocks of the same width share their prompts.
        learnt_width: Channels of the parameters, where these are not the block's.
        keep: What pruning left of each block; None for all. It needs a set for each block.
    """

    widths: tuple[int, ...]
    num_tokens: int
    within: bool = False
    among: bool = False
    learnt_width: int | None = None
    keep: Sequence[Kept | None] | None = None

    def __post_init__(self) -> None:
        if self.keep is not None:
            _check(self.keep, len(self.widths), self.num_tokens)

    @property
    def sets(self) -> tuple[int, ...]:
        """Channels of the blocks of each set."""
        return tuple(dict.fromkeys(self.widths)) if self.among else self.widths

    def set_of(self, block: int) -> int:
        """Number of the set that a block takes."""
        return self.sets.index(self.widths[block]) if self.among else block

    def kept(self, block: int) -> Kept | None:
        """What pruning left of a block; None where nothing was pruned."""
        return None if self.keep is None else self.keep[block]

    def length(self, block: int) -> int:
        """Prompts of a block."""
        kept = self.kept(block)
        return self.num_tokens if kept is None else len(kept['tokens'])

    def segments(self) -> dict[str, Segments]:
        """Segments that are left, by the number of the set; a set of whole tokens has none."""
        kept = {str(index): block.get('segments') for index, block in enumerate(self.keep or ()) if block}
        return {index: Segments(rows, self.widths[int(index)]) for index, rows in kept.items() if rows}

    def shapes(self, segments: Mapping[str, Segments]) -> list[tuple[int, int]]:
        """Shapes of the parameters, one for each set, where these segments are left."""
        whole = [(1 if self.within else self.length(i), self.learnt_width or w) for i, w in enumerate(self.sets)]
        return [segments[str(i)].shape if str(i) in segments else shape for i, shape in enumerate(whole)]

    def least_memory(self, batch: int, learnt: int) -> int:
        """Bytes that prompts take at the very least in a training step.

        Each number has a gradient and a momentum, all of four bytes; each image keeps keys and values of two bytes.

        Args:
            batch: Number of images.
            learnt: Numbers that train.
        """
        return 12 * learnt + batch * 4 * self.num_tokens * sum(self.widths)

    def require_memory(self, owner: str) -> None:
        """Stop before memory is asked for that this machine does not have."""
        numbers = sum((1 if self.within else self.num_tokens) * (self.learnt_width or width) for width in self.sets)
        memory = total_memory()
        least = self.least_memory(1, numbers)
        if memory is not None and least > memory:
            raise ValueError(
                f'{owner}(num_tokens={self.num_tokens}) would take at least {in_gib(least)} in training: '
                f'{in_gib(12 * numbers)} for {numbers:,} numbers with gradient and momentum, and '
                f'{in_gib(self.least_memory(1, 0))} for keys and values of each image. There are {in_gib(memory)}. '
                f'No more than {self.num_tokens * memory // least:,} could fit with one image; papers use 1 to 200.'
            )


def _check(keep: Sequence[Kept | None], count: int, num_tokens: int) -> None:
    if len(keep) != count:
        raise ValueError(f'keep has entries for {len(keep)} blocks, and {count} have prompts. Give each its entry.')
    for index, block in enumerate(keep):
        if block is None:
            continue
        tokens, rows = block['tokens'], block.get('segments')
        if not tokens or len(set(tokens)) < len(tokens) or not set(tokens) <= set(range(num_tokens)):
            raise ValueError(
                f'keep[{index}] has the tokens {list(tokens)}. At least one of 0 to {num_tokens - 1} stays, and none '
                'twice.'
            )
        if rows is not None and len(rows) != len(tokens):
            raise ValueError(f'keep[{index}] has segments of {len(rows)} tokens, and keeps {len(tokens)} tokens.')
