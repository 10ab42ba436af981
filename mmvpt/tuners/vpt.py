"""VPT: Visual Prompt Tuning (https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmvpt.anatomy import POOLS, Anatomy, Block, TokenSource, adopt
from mmvpt.registry import MODELS

from .base import chosen_blocks
from .prompts import Prompts


@MODELS.register_module()
class DeepPrompts(Prompts):
    """VPT-deep: fresh prompts for every block, as keys and values.

    The function is exactly that of the token form, in which prompts enter every block and what they become is
    discarded. Without dropout (or with ``per_sample=False``) prompts meet the block's norm and projections once for a
    step, not once for an image.

    ``start`` and ``end`` choose blocks (VPT paper, Fig. 7). If blocks are left after them, the prompts of the last
    chosen one enter it as tokens and travel on through those, so ``end=1`` is VPT-shallow. The figure tells which
    layers prompts are "inserted into", and no more; VPT-shallow inserts them into the first in the same words, and
    they travel (Eq. 4 and 5), as in the public code for this figure. ``travel=False`` ends them there instead, as its
    FORWARD_DEEP_NOEXPAND does.

    In a Swin every window sees the prompts. A classifier's features are those of the image, as in dense systems; the
    public code averages the outputs of the last block's prompts into them, which is ``pool='global'``.

    Args:
        start: First block with prompts; negative counts from the last.
        end: First block without prompts again; None is the end of the backbone.
        travel: Whether prompts of the last block that has them travel on; otherwise they end there. It has no
            effect if no block is left. Only one tuner can let tokens travel, and a BEiT with a position bias
            supports none.
        through_mergings: Whether prompts of a Swin that travel go on after a patch merging, as in
            :class:`ShallowPrompts`; by default they end with their stage.
        **kwargs: See :class:`Prompts`.
    """

    def __init__(
        self,
        num_tokens: int = 10,
        start: int = 0,
        end: int | None = None,
        travel: bool = True,
        through_mergings: bool = False,
        **kwargs,
    ) -> None:
        super().__init__(num_tokens, **kwargs)
        self.start = start
        self.end = end
        self.travel = travel
        self.through_mergings = through_mergings
        self.folded = False

    def attach(self, anatomy: Anatomy) -> None:
        blocks = chosen_blocks(anatomy.attention_blocks(self), self.start, self.end)
        self.create(blocks, anatomy)
        self._width = blocks[-1].dim
        if self._goes_on(anatomy, blocks[-1]):
            last = list(anatomy.blocks).index(blocks.pop())
            _send(self, anatomy, self._enter_last, last, self.through_mergings)
        _pool_outputs(self, anatomy)
        self._sources = [_PromptSource(self, index, block) for index, block in enumerate(blocks)]
        for source in self._sources:
            source.attention.sources.append(source)

    def _goes_on(self, anatomy: Anatomy, last: Block) -> bool:
        """Whether the outputs of the last block's prompts are read, by a later block or by a pool."""
        *_, end = anatomy.blocks
        (stage,) = (stage for stage in anatomy.stages if last in stage)
        reached = end if self.through_mergings else stage[-1]
        pooled = self.pool is not None and POOLS[self.pool][1]
        return (self.travel and last is not reached) or (pooled and last is end)

    def _enter_last(self, batch: int) -> Tensor:
        return self.tokens(len(self.layout.widths) - 1, self._width, batch).expand(batch, -1, -1)

    def fold(self) -> None:
        """Keep the keys and values of all prompts, so that inference has no norm and no projection of prompts."""
        with torch.no_grad():
            pairs = [source.compute(batch=1) for source in self._sources]
        for index, (keys, values) in enumerate(pairs):
            self.register_buffer(f'keys_{index}', keys, persistent=False)
            self.register_buffer(f'values_{index}', values, persistent=False)
        self.folded = True

    def unfold(self) -> None:
        if self.folded:
            self.folded = False
            self._buffers.clear()  # of nothing else: those of segments are theirs


class _PromptSource:
    """Keys and values of one block's prompts; an object, not a closure, so that a deepcopy of the model remakes it."""

    def __init__(self, tuner: DeepPrompts, index: int, block: Block) -> None:
        assert block.norm is not None
        self.tuner = tuner
        self.index = index
        self.dim = block.dim
        self.norm = block.norm
        self.attention = adopt(block.attention)

    def __call__(self, batch: int) -> tuple[Tensor, Tensor]:
        if self.tuner.folded:
            return self.tuner.get_buffer(f'keys_{self.index}'), self.tuner.get_buffer(f'values_{self.index}')
        return self.compute(batch)

    def parameters(self) -> list[nn.Parameter]:
        """Those that make this block's prompts."""
        return self.tuner.parameters_of(self.index, self.dim)

    def compute(self, batch: int) -> tuple[Tensor, Tensor]:
        """Bring the prompts through the block's norm and its key and value projections."""
        prompts = self.tuner.tokens(self.index, self.dim, batch)
        return self.attention.keys_values(self.norm(prompts))


@MODELS.register_module()
class ShallowPrompts(Prompts):
    """VPT-shallow: tokens that enter the first block and travel on.

    Nothing outside the blocks meets them: heads with ``out_indices`` see the tokens of the image alone. In a ViT,
    appended or inserted after the class token is the same function, as attention does not know the order of its
    tokens. In a Swin every window sees them, and what they become is averaged over the windows of their own image (the
    public code mixes the images of a batch there).

    Args:
        through_mergings: Whether prompts of a Swin go on after a patch merging, merged as patches of themselves, as in
            the public code. The VPT paper says that mergings ignore them, so by default they end with the first stage.
        **kwargs: See :class:`Prompts`.
    """

    def __init__(self, num_tokens: int = 10, through_mergings: bool = False, **kwargs) -> None:
        super().__init__(num_tokens, **kwargs)
        self.through_mergings = through_mergings

    def attach(self, anatomy: Anatomy) -> None:
        self.create(anatomy.attention_blocks(self)[:1], anatomy)
        self._width = anatomy.stages[0][0].dim
        _send(self, anatomy, self._enter, 0, self.through_mergings)
        _pool_outputs(self, anatomy)

    def _enter(self, batch: int) -> Tensor:
        return self.tokens(0, self._width, batch).expand(batch, -1, -1)


def _send(prompts: Prompts, anatomy: Anatomy, source: TokenSource, start: int, through_mergings: bool) -> None:
    """Let prompts enter a block as tokens and travel on."""
    anatomy.claim('the token sequence', prompts)
    anatomy.token_stream(prompts).carry(source, start, through_mergings)


def _pool_outputs(prompts: Prompts, anatomy: Anatomy) -> None:
    """Let a classifier read the pool that was chosen, if one was."""
    if prompts.pool is not None:
        anatomy.claim('the pool of its outputs', prompts)
        anatomy.token_stream(prompts).pool(prompts.pool)
