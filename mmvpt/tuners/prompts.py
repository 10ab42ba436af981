"""What deep and shallow prompts share (VPT, https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Block
from mmvpt.anatomy.streams import POOLS, Entry
from mmvpt.files.prototypes import COMMAND, PLACES, Prototypes, read_prototypes
from mmvpt.layers.memory import in_gib, total_memory
from mmvpt.layers.segments import Segments

from .base import Tuner, prompt_bound

#: What is shared, by name: one prompt within a block, one set among blocks.
SHARED = {None: (False, False), 'intra': (True, False), 'inter': (False, True), 'all': (True, True)}


class Prompts(Tuner):
    """Learnt tokens, how they start and what happens to them before they are used.

    Args:
        num_tokens: Prompts in each block (deep) or in all (shallow).
        dropout: Share of the prompts' elements dropped in training; the paper uses 0.1 for VPT-deep.
        per_sample: Draw the dropout for every image, as the public code does for ViT; else once for a batch, as it
            does for Swin, which also lets prompts be computed once for a step. For keys and values of windows it is
            always drawn once for a batch.
        projected_dim: Learn prompts of this width and bring them to the backbone's by a shared linear layer. None
            learns them at full width.
        share: What is the same (VPT paper, Fig. 12): ``intra``, all prompts of a block; ``inter``, the prompts of all
            blocks (of one width); ``all``, every prompt.
        learn: Whether prompts train; otherwise they stay as they were drawn (Prompt-Fixed of the VPT paper).
        pool: What a classifier reads (VPT paper, Fig. 8), in the class token or in the mean of the patches: ``image``,
            the mean of the patches; ``prompt``, the mean of what the last block makes of its prompts; ``global``, the
            mean of both, as in the public code for Swin and MAE. None leaves it to the backbone, as the paper says.
        keep: What pruning left of each block's prompts, a ``dict(tokens=[0, 3], segments=['11110111', ...])`` or None
            for all of them. ``tokens`` are numbers below ``num_tokens``; ``segments``, which may be missing, says of
            each kept token which of its equal parts are kept. What was pruned is gone: it has no parameter, and a
            token that was pruned no key. A kept token with no segment left is one of zeros, and has a key.
        prototypes: Where prompts start instead of at random (VPT paper, Fig. 13): a file of ``tools/prototypes.py``
            with ``num_tokens`` prototypes of the classes. It is read when weights are initialised, and never where a
            delta brings them.
        prototypes_of: Which of them a block takes: ``final``, those behind the last block, as the paper; ``input`` and
            ``output``, those before and behind the block itself.
    """

    def __init__(
        self,
        num_tokens: int = 10,
        dropout: float = 0.0,
        per_sample: bool = True,
        projected_dim: int | None = None,
        share: str | None = None,
        learn: bool = True,
        pool: str | None = None,
        keep: Sequence[dict[str, Any] | None] | None = None,
        prototypes: str | None = None,
        prototypes_of: str = 'final',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_tokens < 1:
            raise ValueError(f'num_tokens must be 1 or more, got {num_tokens}. For no prompts use LinearProbe.')
        if not 0 <= dropout < 1:
            raise ValueError(f'dropout must be in [0, 1), got {dropout}.')
        if share not in SHARED:
            raise ValueError(f"share={share!r} is unknown. There are 'intra', 'inter', 'all', and None for nothing.")
        if pool is not None and pool not in POOLS:
            raise ValueError(
                f"pool={pool!r} is unknown. There are {', '.join(POOLS)}, and None for the backbone's own."
            )
        if keep is not None and (share or projected_dim):
            raise ValueError(
                'keep needs prompts of their own for each block, at full width: no share, no projected_dim.'
            )
        if prototypes is not None and (share or projected_dim):
            raise ValueError(
                'prototypes need prompts of their own for each block, at full width: no share, no projected_dim.'
            )
        if prototypes_of not in PLACES:
            raise ValueError(f'prototypes_of={prototypes_of!r} is unknown. There are {", ".join(PLACES)}.')
        self.num_tokens = num_tokens
        self.dropout = dropout
        self.per_sample = per_sample
        self.projected_dim = projected_dim
        self.within, self.among = SHARED[share]
        self.learn = learn
        self.pool = pool
        self.keep = keep
        self.prototypes = prototypes
        self.prototypes_of = prototypes_of

    def create(self, blocks: list[Block], anatomy: Anatomy) -> None:
        """Create one set of prompts for each block, or for all of a width."""
        self.stages = anatomy.stages_of(blocks)
        self._places = [(number, block.dim) for number, block in enumerate(anatomy.blocks) if block in blocks]
        self._base: Any = [anatomy.backbone, anatomy.tokens]  # in a list, so that it is no child
        widths = [block.dim for block in blocks]
        sets = list(dict.fromkeys(widths)) if self.among else widths
        self._sets = [sets.index(width) for width in widths] if self.among else list(range(len(widths)))
        self._refuse_beyond_memory(widths, sets)
        kept = self._kept(len(widths))
        self._lengths = [self.num_tokens if tokens is None else len(tokens['tokens']) for tokens in kept]
        self.segments = nn.ModuleDict()
        shapes = []
        for index, width in enumerate(sets):
            shape = 1 if self.within else self._lengths[index], self.projected_dim or width
            if rows := (kept[index] or {}).get('segments'):
                segments = Segments(rows, width)
                shape = segments.shape
                self.segments[str(index)] = segments
            shapes.append(shape)
        self.prompts = nn.ParameterList(nn.Parameter(torch.empty(shape), requires_grad=self.learn) for shape in shapes)
        self.projections = nn.ModuleDict()
        if self.projected_dim:
            for width in set(widths):
                self.projections[str(width)] = nn.Linear(self.projected_dim, width)
        self.bound = prompt_bound(anatomy.patch_size, self.projected_dim or widths[0])
        self.reset()

    def reset(self) -> None:
        """Draw the prompts anew."""
        for prompts in self.prompts:
            nn.init.uniform_(prompts, -self.bound, self.bound)
        for projection in self.projections.children():
            assert isinstance(projection, nn.Linear)
            nn.init.kaiming_normal_(projection.weight, a=0, mode='fan_out')
            nn.init.zeros_(projection.bias)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()
        if self.prototypes is not None:
            self._start_from(read_prototypes(self.prototypes))

    @torch.no_grad()
    def _start_from(self, prototypes: Prototypes) -> None:
        if prototypes.number != self.num_tokens:
            raise ValueError(
                f'{self.prototypes} has {prototypes.number} prototypes, for num_tokens={self.num_tokens} prompts. Set '
                f'num_tokens={prototypes.number}, or compute others: {COMMAND} --number {self.num_tokens}'
            )
        starts = [prototypes.of(self.prototypes_of, block, width) for block, width in self._places]
        prototypes.require_base(*self._base)
        for index, (prompts, start) in enumerate(zip(self.prompts, starts, strict=True)):
            prompts.copy_(self.cut(index, start))

    def tokens(self, index: int, width: int, batch: int) -> Tensor:
        """Prompts of one block, (P, C), or (B, P, C) where every image draws its own dropout."""
        prompts = self.prompts[self._sets[index]]
        if segments := self._segments(index):
            prompts = segments(prompts)
        prompts = prompts.expand(self._lengths[index], -1)
        if self.projections:
            prompts = self.projections[str(width)](prompts)
        if self.training and self.dropout:
            if self.per_sample:
                prompts = prompts.expand(batch, -1, -1)
            prompts = F.dropout(prompts, self.dropout)
        return prompts

    def parameters_of(self, index: int, width: int) -> list[nn.Parameter]:
        """The parameters behind the prompts of one block."""
        projection = self.projections[str(width)].parameters() if self.projections else ()
        return [self.prompts[self._sets[index]], *projection]

    def send(self, anatomy: Anatomy, entry: Entry, start: int, through_mergings: bool) -> None:
        """Let prompts enter a block as tokens and travel on."""
        anatomy.claim('the token sequence', self)
        anatomy.token_stream(self).carry(entry, start, through_mergings)

    def pool_outputs(self, anatomy: Anatomy) -> None:
        """Let a classifier read the pool that was chosen, if one was."""
        if self.pool is not None:
            anatomy.claim('the pool of its outputs', self)
            anatomy.token_stream(self).pool(self.pool)

    def cut(self, index: int, whole: Tensor) -> Tensor:
        """Cut the parameter of a block out of prompts before pruning (num_tokens, C)."""
        kept = None if self.keep is None else self.keep[index]
        tokens = whole if kept is None else whole[list(kept['tokens'])]
        segments = self._segments(index)
        return tokens if segments is None else segments.take(tokens)

    def _segments(self, index: int) -> Segments | None:
        return self.segments[str(index)] if str(index) in self.segments else None  # type: ignore[return-value]

    def least_memory(self, batch: int) -> int:
        """Bytes that prompts take at the very least in a training step.

        Each number has a gradient and a momentum, all of four bytes; each image keeps keys and values of two bytes.
        """
        return 12 * sum(prompts.numel() for prompts in self.prompts) + batch * self._bytes_per_image

    def _refuse_beyond_memory(self, widths: list[int], sets: list[int]) -> None:
        """Stop before memory is asked for that this machine does not have."""
        self._bytes_per_image = 4 * self.num_tokens * sum(widths)
        numbers = (1 if self.within else self.num_tokens) * sum(self.projected_dim or width for width in sets)
        memory = total_memory()
        least = 12 * numbers + self._bytes_per_image
        if memory is not None and least > memory:
            raise ValueError(
                f'{type(self).__name__}(num_tokens={self.num_tokens}) would take at least {in_gib(least)} in training: '
                f'{in_gib(12 * numbers)} for {numbers:,} numbers with gradient and momentum, and '
                f'{in_gib(self._bytes_per_image)} for keys and values of each image. There are {in_gib(memory)}. '
                f'No more than {self.num_tokens * memory // least:,} could fit with one image; papers use 1 to 200.'
            )

    def _kept(self, count: int) -> Sequence[dict[str, Any] | None]:
        """What is kept of each block, checked."""
        kept = [None] * count if self.keep is None else self.keep
        if len(kept) != count:
            raise ValueError(f'keep speaks of {len(kept)} blocks, and {count} have prompts. Give each its entry.')
        for index, block in enumerate(kept):
            tokens = range(self.num_tokens) if block is None else block['tokens']
            rows = None if block is None else block.get('segments')
            if not tokens or len(set(tokens)) < len(tokens) or not set(tokens) <= set(range(self.num_tokens)):
                raise ValueError(
                    f'keep[{index}] has the tokens {list(tokens)}. At least one of 0 to {self.num_tokens - 1} stays, '
                    'and none twice.'
                )
            if rows is not None and len(rows) != len(tokens):
                raise ValueError(f'keep[{index}] has segments of {len(rows)} tokens, and keeps {len(tokens)} tokens.')
        return kept
