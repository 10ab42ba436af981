"""What every tuner is: new parameters for a frozen backbone, and where they act."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from mmengine.model import BaseModule
from mmengine.utils import is_seq_of
from torch import nn

from mmvpt.anatomy import Anatomy, Block
from mmvpt.registry import MODELS

#: Side of square images, or height and width.
AnySize = int | tuple[int, int]


class Tuner(BaseModule):
    """New parameters for a frozen backbone, and where they act."""

    def each(self) -> Iterator[Tuner]:
        """The tuners that act: this one, or those of a list."""
        yield self

    def attach(self, anatomy: Anatomy) -> None:
        """Create the new parameters and bind them to sites of the backbone."""

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Module | nn.Parameter]:
        """Parts of the backbone that train too; modules also enter train mode."""
        return ()

    def fold(self) -> None:
        """Compute once, for inference, what does not depend on the image."""

    def unfold(self) -> None:
        """Forget what was folded."""

    def least_memory(self, batch: int) -> int:
        """Least memory of the tuner in a training step, in bytes; 0 if negligible."""
        return 0

    def merge(self) -> None:
        """Write the effect of the tuner into the backbone's weights permanently; refuse if they cannot contain it."""
        if any(True for _ in self.parameters()):
            raise TypeError(
                f'What {type(self).__name__} adds has no place in the weights of a plain backbone. Merge without '
                '--plain and keep the tuner in the config; LoRA and the tuners that add nothing can be written so.'
            )


class TunerList(Tuner):
    """Several tuners at once, applied in order.

    Where two of them edit one site, the second edits what the first left.
    """

    def __init__(self, tuners: Iterable[Tuner]) -> None:
        super().__init__()
        for index, tuner in enumerate(tuners):
            self.add_module(str(index), tuner)

    def __iter__(self) -> Iterator[Tuner]:
        return self.children()  # type: ignore[return-value]

    def each(self) -> Iterator[Tuner]:
        return (one for tuner in self for one in tuner.each())

    def attach(self, anatomy: Anatomy) -> None:
        for tuner in self:
            tuner.attach(anatomy)

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Module | nn.Parameter]:
        return [part for tuner in self for part in tuner.unfreeze(anatomy)]

    def least_memory(self, batch: int) -> int:
        return sum(tuner.least_memory(batch) for tuner in self)

    def fold(self) -> None:
        for tuner in self:
            tuner.fold()

    def unfold(self) -> None:
        for tuner in self:
            tuner.unfold()

    def merge(self) -> None:
        for tuner in self:
            tuner.merge()


def chosen_blocks(blocks: list[Block], start: int, end: int | None) -> list[Block]:
    """Return the blocks from ``start`` up to ``end``, without it; negative counts from the last, None is the end."""
    depth = len(blocks)
    end = depth if end is None else end
    first, last = (position + depth if position < 0 else position for position in (start, end))
    if not 0 <= first < last <= depth:
        raise ValueError(
            f'Blocks from start={start} to end={end} are not in this backbone, which has {depth}. '
            f'start can be 0 to {depth - 1} (or -{depth} to -1), end must come after it, up to {depth}.'
        )
    return blocks[first:last]


def prompt_bound(patch_size: int | None, width: int) -> float:
    """Bound b of the uniform init U(-b, b) for prompts of this width.

    It is the bound of VPT's public code, Xavier's for the patch embedding, whatever the number of prompts; the paper
    says "xavier uniform" and no more.
    """
    return math.sqrt(6 / (3 * (patch_size or 16) ** 2 + width))


def as_size(img_size: AnySize) -> tuple[int, int]:
    """Height and width of images, which may be given as one side."""
    size = (img_size, img_size) if isinstance(img_size, int) else tuple(img_size)
    if len(size) != 2 or not is_seq_of(size, int) or min(size) < 1:
        raise ValueError(f'img_size must be the side of square images, or height and width; got {img_size!r}.')
    return size


def in_pixels(size: Iterable[int]) -> str:
    """A size in words."""
    return ' x '.join(str(side) for side in size)


def build_tuner(config: dict | list[dict]) -> Tuner:
    """Build a tuner, or a list of them; their names need no ``mmvpt.`` prefix here."""
    if isinstance(config, (list, tuple)):
        if not config:
            raise ValueError('The list of tuners is empty. To train nothing of the backbone, use LinearProbe.')
        return TunerList([build_tuner(item) for item in config])
    config = dict(config)
    name = config.pop('type', None)
    tuner = MODELS.get(name) if isinstance(name, str) else name
    if not _is_tuner(tuner):
        known = sorted(name for name, item in MODELS.module_dict.items() if _is_tuner(item))
        raise ValueError(
            f'Unknown tuner {name!r}. Known: {", ".join(known)}. To teach another, derive it from mmvpt.tuners.Tuner '
            'and register it with @MODELS.register_module() of mmvpt.registry; see docs/guides/extend.md.'
        )
    return tuner(**config)


def _is_tuner(item: object) -> bool:
    """Whether it is a class of tuners; functions that build models are registered too."""
    return isinstance(item, type) and issubclass(item, Tuner)
