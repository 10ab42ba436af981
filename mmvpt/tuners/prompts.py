"""What deep and shallow prompts share (VPT, https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvpt.anatomy import POOLS, Anatomy, Block
from mmvpt.files.prototypes import COMMAND, PLACES, Prototypes, read_prototypes
from mmvpt.layers.prompt_layout import Kept, PromptLayout
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
            the mean of the patches; ``prompt``, the mean of the last block's outputs for its prompts; ``global``,
            the mean of both, as in the public code for Swin and MAE. None leaves it to the backbone, as the paper says.
        keep: What pruning left of each block's prompts, a ``dict(tokens=[0, 3], segments=['11110111', ...])`` or None
            for all of them. ``tokens`` are numbers below ``num_tokens``; ``segments``, which may be missing, says of
            each kept token which of its equal parts are kept. Pruned parts are removed: they have no parameter, and a
            pruned token has no key. A kept token with no segment left is one of zeros, and has a key.
        prototypes: Where prompts start instead of at random (VPT paper, Fig. 13): a file of ``tools/prototypes.py``
            with ``num_tokens`` prototypes of the classes. It is read when weights are initialised, and never where a
            delta brings them.
        prototypes_of: Which of them a block takes: ``final``, those after the last block, as the paper; ``input`` and
            ``output``, those before and after the block itself.
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
        keep: Sequence[Kept | None] | None = None,
        prototypes: str | None = None,
        prototypes_of: str = 'final',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        _check_choices(num_tokens, dropout, share, pool, prototypes_of)
        for option, value in dict(keep=keep, prototypes=prototypes).items():
            if value is not None and (share or projected_dim):
                raise ValueError(
                    f'{option} needs prompts of their own for each block, at full width: no share, no projected_dim.'
                )
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
        self._base = anatomy.backbone, anatomy.tokens  # in a tuple, so that the backbone is no child
        widths = tuple(block.dim for block in blocks)
        self.layout = PromptLayout(widths, self.num_tokens, self.within, self.among, self.projected_dim, self.keep)
        self.layout.require_memory(type(self).__name__)
        segments = self.layout.segments()
        shapes = self.layout.shapes(segments)
        self.segments = nn.ModuleDict(segments)
        self.prompts = nn.ParameterList(nn.Parameter(torch.empty(shape), requires_grad=self.learn) for shape in shapes)
        learnt = self.projected_dim
        self.projections = nn.ModuleDict(
            {str(width): nn.Linear(learnt, width) for width in set(widths)} if learnt else {}
        )
        self.bound = prompt_bound(anatomy.patch_size, self.projected_dim or widths[0])
        self.reset()

    def reset(self) -> None:
        """Initialise the prompts again."""
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
        prompts = self.prompts[self.layout.set_of(index)]
        if segments := self._segments(index):
            prompts = segments(prompts)
        prompts = prompts.expand(self.layout.length(index), -1)
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
        return [self.prompts[self.layout.set_of(index)], *projection]

    def cut(self, index: int, whole: Tensor) -> Tensor:
        """Cut the parameter of a block out of prompts before pruning (num_tokens, C)."""
        kept = self.layout.kept(index)
        tokens = whole if kept is None else whole[list(kept['tokens'])]
        segments = self._segments(index)
        return tokens if segments is None else segments.take(tokens)

    def _segments(self, index: int) -> Segments | None:
        return self.segments[str(index)] if str(index) in self.segments else None  # type: ignore[return-value]

    def require_prunable(self, num_segments: int) -> None:
        """Refuse prompts that cannot be scored and pruned, in tokens of so many segments."""
        if self.keep is not None:
            raise ValueError('These prompts were pruned before. Score the model that they were pruned from.')
        if self.within or self.among or self.projections or not self.learn:
            raise ValueError(
                'Pruning needs prompts that train, of their own for each block and at full width: no share, no '
                'projected_dim, learn=True.'
            )
        for prompt in self.prompts:
            if num_segments < 1 or prompt.shape[1] % num_segments:
                raise ValueError(f'{num_segments} segments do not divide prompts of {prompt.shape[1]} channels.')

    def least_memory(self, batch: int) -> int:
        return self.layout.least_memory(batch, sum(prompts.numel() for prompts in self.prompts))


def _check_choices(num_tokens: int, dropout: float, share: str | None, pool: str | None, prototypes_of: str) -> None:
    if num_tokens < 1:
        raise ValueError(f'num_tokens must be 1 or more, got {num_tokens}. For no prompts use LinearProbe.')
    if not 0 <= dropout < 1:
        raise ValueError(f'dropout must be in [0, 1), got {dropout}.')
    if share not in SHARED:
        raise ValueError(f"share={share!r} is unknown. There are 'intra', 'inter', 'all', and None for nothing.")
    if pool is not None and pool not in POOLS:
        raise ValueError(f"pool={pool!r} is unknown. There are {', '.join(POOLS)}, and None for the backbone's own.")
    if prototypes_of not in PLACES:
        raise ValueError(f'prototypes_of={prototypes_of!r} is unknown. There are {", ".join(PLACES)}.')
