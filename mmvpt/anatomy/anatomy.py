"""What a tuner may know of a backbone: its anatomy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor, nn

from .offers import families_with
from .passages.stream import Stream
from .points import Point, Size
from .site import Block

#: What else a user can do where two tuners claim the same.
WAYS_OUT = {'the token sequence': ', or let deep prompts vanish behind their last block (travel=False)'}


@dataclass(eq=False)
class Anatomy:
    """Where a backbone can be tuned, in forward order.

    Args:
        backbone: The backbone itself.
        stages: Its blocks, stage by stage; a plain ViT has one stage.
        points: Where feature maps pass: after the embedding (or stem), then after each stage (ViT: each layer).
        stream: How added tokens travel with those of the image.
        outputs: Channels of each output, in the order in which heads get them.
        norms: Norms that the outputs pass last.
        tokens: Learnt tokens in front of the image's: class and distillation token.
        optional: Names of modules that a pretrained file may lack, as a classifier has fewer outputs.
        patch_size: Side of the square that the stem turns into one token.
        num_extra_tokens: How many tokens are not of the image, such as class token and registers; None where blocks
            take no sequence of tokens.
        options: Arguments with which ``backbone(image, **options)`` returns plain features.
        resize: ``resize(name, value, own)`` fits a pretrained tensor of another image size to the backbone's own, or
            returns None; for backbones that do not do so themselves while loading.
    """

    backbone: nn.Module
    stages: list[list[Block]] = field(default_factory=list)
    points: Sequence[Point] = ()
    stream: Stream | None = None
    outputs: Sequence[int] = ()
    norms: Sequence[nn.Module] = ()
    tokens: Sequence[nn.Parameter] = ()
    optional: Sequence[str] = ()
    patch_size: int | None = None
    num_extra_tokens: int | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    resize: Callable[[str, Tensor, Tensor], Tensor | None] | None = None
    _claims: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def blocks(self) -> Iterator[Block]:
        """All blocks, in forward order."""
        return (block for stage in self.stages for block in stage)

    def stages_of(self, blocks: Sequence[Block]) -> list[int]:
        """Numbers of the stages that some of the blocks are of."""
        return [number for number, stage in enumerate(self.stages) for block in stage if block in blocks]

    def residual_blocks(self, tuner: object) -> list[Block]:
        """All blocks, for a tuner that can also do with modules by their names."""
        blocks = list(self.blocks)
        if not blocks:
            raise self._lacks(tuner, 'points', 'residual blocks', instead='name modules of yours')
        return blocks

    def attention_blocks(self, tuner: object) -> list[Block]:
        """All blocks with attention, for a tuner that cannot do without."""
        blocks = [block for block in self.blocks if block.attention is not None]
        if not blocks:
            raise self._lacks(tuner, 'attention', 'blocks with attention')
        return blocks

    def ffn_blocks(self, tuner: object) -> list[Block]:
        """All blocks with a feed-forward network, for a tuner that edits what comes of it."""
        blocks = [block for block in self.blocks if block.ffn is not None]
        if not blocks:
            raise self._lacks(tuner, 'ffn', 'blocks with a feed-forward network')
        return blocks

    def token_blocks(self, tuner: object) -> list[Block]:
        """All blocks, for a tuner that edits the tokens which enter them."""
        if self.num_extra_tokens is None:
            raise self._lacks(tuner, 'sequence', 'blocks that take a sequence of tokens')
        return list(self.blocks)

    def token_counts(self, tuner: object, img_size: Size) -> list[int]:
        """How many tokens of images (height, width) enter each block; every stage halves the sides of its grid."""
        self.token_blocks(tuner)
        assert self.patch_size is not None and self.num_extra_tokens is not None
        sides = [self.patch_size * 2**stage for stage, blocks in enumerate(self.stages) for _ in blocks]
        height, width = img_size
        return [self.num_extra_tokens + math.ceil(height / side) * math.ceil(width / side) for side in sides]

    def map_points(self, tuner: object) -> Sequence[Point]:
        """All points, for a tuner that edits feature maps."""
        if not self.points:
            raise self._lacks(tuner, 'points', 'places where feature maps pass')
        return self.points

    def output_widths(self, tuner: object) -> Sequence[int]:
        """Channels of each output, for a tuner that edits those."""
        if not self.outputs:
            raise self._lacks(tuner, 'outputs', 'outputs of known width')
        return self.outputs

    def token_stream(self, tuner: object) -> Stream:
        """Where tokens travel, for a tuner that adds some."""
        if self.stream is None:
            raise self._lacks(tuner, 'attention', 'blocks that tokens travel through')
        return self.stream

    def embedded_stream(self, tuner: object) -> Stream:
        """Where tokens travel, for a tuner that embeds them as patches are."""
        if self.stream is None or len(self.stages) > 1:
            raise self._lacks(tuner, {'attention', 'tokens'}, 'tokens that a convolution alone has embedded')
        return self.stream

    def learnt_tokens(self, tuner: object) -> Sequence[nn.Parameter]:
        """Class and distillation token, for a tuner that trains them."""
        if not self.tokens:
            raise self._lacks(tuner, 'tokens', 'a class token')
        return self.tokens

    def _lacks(self, tuner: object, what: str | set[str], in_words: str, instead: str = 'another tuner') -> TypeError:
        return TypeError(
            f'{type(tuner).__name__} needs {in_words}, and mmvpt knows none in {type(self.backbone).__name__}. '
            f'Families that have them: {families_with({what} if isinstance(what, str) else what)}. '
            f'Take one of them or {instead}, or describe yours with @describe.register; see docs/guides/extend.md.'
        )

    def owner(self, what: str) -> object | None:
        """The tuner that has claimed something of the backbone so far."""
        return self._claims.get(what)

    def claim(self, what: str, tuner: object) -> None:
        """Note that a tuner needs something of the backbone for itself alone."""
        owner = self._claims.setdefault(what, tuner)
        if owner is not tuner:
            raise ValueError(
                f'{type(tuner).__name__} and {type(owner).__name__} both claim {what} of '
                f'{type(self.backbone).__name__}, which only one tuner can have. Keep one of the two'
                f'{WAYS_OUT.get(what, "")}.'
            )
