"""VPT: Visual Prompt Tuning (https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

import torch
from torch import Tensor

from mmvpt.anatomy import Anatomy, Block
from mmvpt.anatomy.streams import POOLS
from mmvpt.layers.attention import adopt
from mmvpt.registry import MODELS

from .base import chosen_blocks
from .prompts import Prompts


@MODELS.register_module()
class DeepPrompts(Prompts):
    """VPT-deep: fresh prompts for every block, as keys and values.

    The function is exactly that of the token form, in which prompts enter every block and what they become is
    discarded. Without dropout (or with ``per_sample=False``) prompts meet the block's norm and projections once for a
    step, not once for an image.

    In a Swin every window sees the prompts. A classifier's features are those of the image, as in dense systems; the
    public code averages into them what the last block made of its prompts, which is ``pool='global'``.

    Args:
        start: First block with prompts; negative counts from the last.
        end: First block without prompts again; None is the end of the backbone.
        **kwargs: See :class:`Prompts`.
    """

    def __init__(self, num_tokens: int = 10, start: int = 0, end: int | None = None, **kwargs) -> None:
        super().__init__(num_tokens, **kwargs)
        self.start = start
        self.end = end
        self.folded = False

    def attach(self, anatomy: Anatomy) -> None:
        blocks = chosen_blocks(anatomy.attention_blocks(self), self.start, self.end)
        self.create(blocks, anatomy)
        self._width = blocks[-1].dim
        if self.pool is not None:
            blocks = self._pool(anatomy, blocks)
        self._sources = [_PromptSource(self, index, block) for index, block in enumerate(blocks)]
        for source in self._sources:
            adopt(source.attention).sources.append(source)

    def _pool(self, anatomy: Anatomy, blocks: list[Block]) -> list[Block]:
        """Pool the outputs; return the blocks whose prompts are keys and values and no more."""
        assert self.pool is not None
        stream = anatomy.token_stream(self)
        anatomy.claim('the pool of its outputs', self)
        wants_prompts = POOLS[self.pool][1]
        if wants_prompts and blocks[-1] is stream.last:
            anatomy.claim('the token sequence', self)
            stream.carry(self._enter_last, start=-1)
            blocks = blocks[:-1]
        stream.pool(self.pool)
        return blocks

    def _enter_last(self, batch: int) -> Tensor:
        return self.tokens(len(self._sets) - 1, self._width, batch).expand(batch, -1, -1)

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
        self.tuner = tuner
        self.index = index
        self.dim = block.dim
        self.norm = block.norm
        self.attention = block.attention

    def __call__(self, batch: int) -> tuple[Tensor, Tensor]:
        if self.tuner.folded:
            return self.tuner.get_buffer(f'keys_{self.index}'), self.tuner.get_buffer(f'values_{self.index}')
        return self.compute(batch)

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
        through_mergings: Whether prompts of a Swin go on behind a patch merging, merged as patches of themselves, as in
            the public code. The VPT paper says that mergings ignore them, so by default they end with the first stage.
        **kwargs: See :class:`Prompts`.
    """

    def __init__(self, num_tokens: int = 10, through_mergings: bool = False, **kwargs) -> None:
        super().__init__(num_tokens, **kwargs)
        self.through_mergings = through_mergings

    def attach(self, anatomy: Anatomy) -> None:
        stream = anatomy.token_stream(self)
        anatomy.claim('the token sequence', self)
        self.create(anatomy.attention_blocks(self)[:1], anatomy)
        self._width = anatomy.stages[0][0].dim
        stream.carry(self._enter, through_mergings=self.through_mergings)
        if self.pool is not None:
            anatomy.claim('the pool of its outputs', self)
            stream.pool(self.pool)

    def _enter(self, batch: int) -> Tensor:
        return self.tokens(0, self._width, batch).expand(batch, -1, -1)
