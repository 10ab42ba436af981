"""VPT: Visual Prompt Tuning (https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Block
from mmvpt.layers.attention import adopt
from mmvpt.registry import MODELS

from .base import Tuner, chosen_blocks, prompt_bound

#: What is shared, by name: one prompt within a block, one set among blocks.
SHARED = {None: (False, False), 'intra': (True, False), 'inter': (False, True), 'all': (True, True)}


class Prompts(Tuner):
    """Learnt tokens, how they start and what happens to them before they are used.

    Args:
        num_tokens: Prompts in each block (deep) or in all (shallow).
        dropout: Share of the prompts' elements dropped in training; the paper uses 0.1 for VPT-deep.
        per_sample: Draw the dropout for every image, as the public code does for ViT; else once for a batch, as it
            does for Swin, which also lets prompts be computed once for a step. Windows always draw once for a batch.
        projected_dim: Learn prompts of this width and bring them to the backbone's by a shared linear layer. None
            learns them at full width.
        share: What is the same (VPT paper, Fig. 12): ``intra``, all prompts of a block; ``inter``, the prompts of all
            blocks (of one width); ``all``, every prompt.
        learn: Whether prompts train; otherwise they stay as they were drawn (Prompt-Fixed of the VPT paper).
    """

    def __init__(
        self,
        num_tokens: int = 10,
        dropout: float = 0.0,
        per_sample: bool = True,
        projected_dim: int | None = None,
        share: str | None = None,
        learn: bool = True,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_tokens < 1:
            raise ValueError(f'num_tokens must be 1 or more, got {num_tokens}. For no prompts use LinearProbe.')
        if not 0 <= dropout < 1:
            raise ValueError(f'dropout must be in [0, 1), got {dropout}.')
        if share not in SHARED:
            raise ValueError(f"share={share!r} is unknown. There are 'intra', 'inter', 'all', and None for nothing.")
        self.num_tokens = num_tokens
        self.dropout = dropout
        self.per_sample = per_sample
        self.projected_dim = projected_dim
        self.within, self.among = SHARED[share]
        self.learn = learn

    def create(self, blocks: list[Block], patch_size: int | None) -> None:
        """Create one set of prompts for each block, or for all of a width."""
        widths = [block.dim for block in blocks]
        sets = list(dict.fromkeys(widths)) if self.among else widths
        self._sets = [sets.index(width) for width in widths] if self.among else list(range(len(widths)))
        length = 1 if self.within else self.num_tokens
        self.prompts = nn.ParameterList(
            nn.Parameter(torch.empty(length, self.projected_dim or width), requires_grad=self.learn) for width in sets
        )
        self.projections = nn.ModuleDict()
        if self.projected_dim:
            for width in set(widths):
                self.projections[str(width)] = nn.Linear(self.projected_dim, width)
        self.bound = prompt_bound(patch_size, self.projected_dim or widths[0])
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

    def tokens(self, index: int, width: int, batch: int) -> Tensor:
        """Prompts of one block, (P, C), or (B, P, C) where every image draws its own dropout."""
        prompts = self.prompts[self._sets[index]].expand(self.num_tokens, -1)
        if self.projections:
            prompts = self.projections[str(width)](prompts)
        if self.training and self.dropout:
            if self.per_sample:
                prompts = prompts.expand(batch, -1, -1)
            prompts = F.dropout(prompts, self.dropout)
        return prompts


@MODELS.register_module()
class DeepPrompts(Prompts):
    """VPT-deep: fresh prompts for every block, as keys and values.

    The function is exactly that of the token form, in which prompts enter every block and what they become is
    discarded. Without dropout (or with ``per_sample=False``) prompts meet the block's norm and projections once for a
    step, not once for an image.

    In a Swin every window sees the prompts. A classifier's features are those of the image, as in dense systems; the
    public code averages into them what the last block made of its prompts.

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
        self.create(blocks, anatomy.patch_size)
        self._sources = [_PromptSource(self, index, block) for index, block in enumerate(blocks)]
        for source in self._sources:
            adopt(source.attention).sources.append(source)

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
            self._buffers.clear()


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
    public code mixes the images of a batch there); at a patch merging each is a patch of itself.

    Args:
        **kwargs: See :class:`Prompts`.
    """

    def attach(self, anatomy: Anatomy) -> None:
        stream = anatomy.token_stream(self)
        anatomy.claim('the token sequence', self)
        self.create(anatomy.attention_blocks(self)[:1], anatomy.patch_size)
        self._width = anatomy.stages[0][0].dim
        stream.carry(self._enter)

    def _enter(self, batch: int) -> Tensor:
        return self.tokens(0, self._width, batch).expand(batch, -1, -1)
