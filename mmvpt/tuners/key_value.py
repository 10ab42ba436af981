"""Key-value prompts of E2VPT (https://arxiv.org/abs/2307.13770)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Block, adopt
from mmvpt.registry import MODELS

from .base import Tuner, chosen_blocks

SIDES = ('before', 'after')


def he_uniform(prompts: Tensor) -> None:
    """Draw as the public code does: Kaiming-uniform, where T * head_dim of (heads, T, head_dim) count as inputs."""
    bound = math.sqrt(6 / prompts[0].numel())
    nn.init.uniform_(prompts, -bound, bound)


def truncated_normal(prompts: Tensor) -> None:
    """Draw as ViTs draw their class token."""
    nn.init.trunc_normal_(prompts, std=0.02)


INITS: dict[str, Callable[[Tensor], None]] = {'he': he_uniform, 'trunc_normal': truncated_normal}


@MODELS.register_module()
class KeyValuePrompts(Tuner):
    """Learnt keys and values for each head, which the queries of the image attend to in addition to those of the image.

    They enter after the projections, as (heads, T, head_dim), and have no position: no position bias and no mask
    applies to them. E2VPT is ``[DeepPrompts, KeyValuePrompts]``, then pruned.

    In a Swin every window sees them.

    Args:
        num_tokens: Keys and values of each head, T in the paper, which tries 1, 5, 10 and 50; 0 leaves the backbone as
            it is.
        share_kv: One parameter is the key and the value, which the paper found better; otherwise each has its own.
        share_blocks: The blocks of a width (and head count) have the same ones.
        place: Whether they come ``before`` the image's own or ``after`` them. Attention does not know the order of
            its keys, so this is one function, up to rounding; the paper's Table 5(a) compares the two.
        init: ``he`` draws uniformly up to sqrt(6 / (T * head_dim)), as the public code; ``trunc_normal`` draws with a
            standard deviation of 0.02.
        dropout: Share of their elements dropped in training, drawn for keys and values independently and for every
            image; windows draw once for a batch.
        start: First block that has them; negative counts from the last.
        end: First block without them again; None is the end of the backbone.
    """

    def __init__(
        self,
        num_tokens: int = 5,
        share_kv: bool = True,
        share_blocks: bool = False,
        place: str = 'before',
        init: str = 'he',
        dropout: float = 0.0,
        start: int = 0,
        end: int | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_tokens < 0:
            raise ValueError(f'num_tokens must be 0 or more, got {num_tokens}. The paper tries 1, 5, 10 and 50.')
        if place not in SIDES:
            raise ValueError(f"place={place!r} is unknown. There are 'before' and 'after' the keys of the image.")
        if init not in INITS:
            raise ValueError(f'init={init!r} is unknown. There are {", ".join(map(repr, INITS))}.')
        if not 0 <= dropout < 1:
            raise ValueError(f'dropout must be in [0, 1), got {dropout}.')
        self.num_tokens = num_tokens
        self.share_kv = share_kv
        self.share_blocks = share_blocks
        self.place = place
        self.init = init
        self.dropout = dropout
        self.start = start
        self.end = end

    def attach(self, anatomy: Anatomy) -> None:
        blocks = chosen_blocks(anatomy.attention_blocks(self), self.start, self.end)
        self.keys = nn.ParameterList()
        self.values = nn.ParameterList()
        if self.num_tokens:
            self._refuse_more_than_a_projection(blocks)
            self._create([_head_shape(block) for block in blocks])
            for index, block in enumerate(blocks):
                attention = adopt(block.attention)
                places = dict(before=attention.leading, after=attention.sources)
                places[self.place].append(_Source(self, index))

    def _refuse_more_than_a_projection(self, blocks: list[Block]) -> None:
        width = min(block.dim for block in blocks)
        if self.num_tokens > width:
            raise ValueError(
                f'num_tokens={self.num_tokens} is more than a block of {width} channels makes sense of: the key-value '
                'prompts would hold more numbers than the projection to keys that they should replace. '
                f'Take at most {width}, or choose wider blocks by start and end; the paper tries 1, 5, 10 and 50.'
            )

    def _create(self, shapes: list[tuple[int, int]]) -> None:
        """Create a set of keys (and one of values) for each block, or for all blocks with the same heads."""
        sets = list(dict.fromkeys(shapes)) if self.share_blocks else shapes
        self._sets = [sets.index(shape) for shape in shapes] if self.share_blocks else list(range(len(sets)))
        for prompts in (self.keys,) if self.share_kv else (self.keys, self.values):
            prompts.extend(nn.Parameter(torch.empty(heads, self.num_tokens, width)) for heads, width in sets)
        self.reset()

    def reset(self) -> None:
        """Draw all keys and values again."""
        for prompts in self.parameters():
            INITS[self.init](prompts)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def parameters_of(self, index: int) -> list[nn.Parameter]:
        """The keys of one block, and its values where they are others."""
        number = self._sets[index]
        return [self.keys[number]] if self.share_kv else [self.keys[number], self.values[number]]

    def pair(self, index: int, batch: int) -> tuple[Tensor, Tensor]:
        """Keys and values of one block: (heads, T, head_dim), or with a batch in front where dropout draws."""
        number = self._sets[index]
        keys = self.keys[number]
        values = keys if self.share_kv else self.values[number]
        if self.training and self.dropout:
            keys, values = (F.dropout(part.expand(batch, -1, -1, -1), self.dropout) for part in (keys, values))
        return keys, values


class _Source:
    """Keys and values of one block; an object, not a closure, so that a deepcopy of the model remakes it."""

    def __init__(self, tuner: KeyValuePrompts, index: int) -> None:
        self.tuner = tuner
        self.index = index

    def __call__(self, batch: int) -> tuple[Tensor, Tensor]:
        return self.tuner.pair(self.index, batch)

    def parameters(self) -> list[nn.Parameter]:
        """Those of this block."""
        return self.tuner.parameters_of(self.index)


def _head_shape(block: Block) -> tuple[int, int]:
    """Heads of a block's attention, and their width: of the keys that no tokens have."""
    assert block.attention is not None
    attention = adopt(block.attention)
    weight = next(block.attention.parameters())
    try:
        with torch.no_grad():
            keys, _ = attention.keys_values(weight.new_empty(0, block.dim))
    except RuntimeError as error:
        raise ValueError(
            f'{type(block.attention).__name__} cannot part {block.dim} channels among {attention.num_heads} heads. '
            'Build the backbone with a number of heads that divides its channels.'
        ) from error
    return keys.shape[0], keys.shape[2]
