"""What a tuner may know of a backbone: its anatomy."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import singledispatch
from typing import TYPE_CHECKING, Any, TypeVar

from torch import Tensor, nn

from mmvpt.layers.acts import hook_after, hook_before

if TYPE_CHECKING:
    from .points import Point
    from .streams import Stream

Edit = Callable[[Tensor], Tensor]
AnyEdit = TypeVar('AnyEdit', bound=Callable[..., Any])
Describe = Callable[[Any], 'Anatomy']
Size = tuple[int, int]

#: What else a user can do where two tuners claim the same.
WAYS_OUT = {'the token sequence': ', or let deep prompts vanish behind their last block (travel=False)'}
#: Packages whose backbones we describe; a description is imported when one of their classes turns up.
HOSTS = ('mmpretrain', 'mmseg', 'mmdet', 'timm')


@dataclass(eq=False)
class Site:
    """A module whose input or output may be edited.

    Edits are modules or bound methods: a deepcopy (of MMEngine's EMA, say) remakes those, while a closure would keep
    editing with the parameters of the original. While a tuner attaches, each is noted: it can be shown and undone.
    """

    module: nn.Module

    def before(self, edit: Edit) -> None:
        """Edit the first argument of the module."""
        hook_before(self.module, _EditInput(copyable(edit)), by=edit)

    def after(self, edit: Edit) -> None:
        """Edit the output of the module."""
        hook_after(self.module, _EditOutput(copyable(edit)), by=edit)

    def beside(self, edit: Callable[[Any, Any], Any]) -> None:
        """Edit the output of the module, seeing its first argument too: ``edit(argument, output)``."""
        hook_after(self.module, _EditBoth(copyable(edit)), by=edit)


def copyable(edit: AnyEdit) -> AnyEdit:
    """Return the edit, or refuse one that a deepcopy would leave bound to the original."""
    if not isinstance(edit, nn.Module) and getattr(edit, '__self__', None) is None:
        raise TypeError(f'An edit must be a module or a bound method, which deepcopy can remake; got {edit!r}.')
    return edit


@dataclass
class _EditInput:
    edit: Edit

    def __call__(self, module: nn.Module, args: tuple) -> tuple:
        return self.edit(args[0]), *args[1:]


@dataclass
class _EditOutput:
    edit: Edit

    def __call__(self, module: nn.Module, args: tuple, output: Tensor) -> Tensor:
        return self.edit(output)


@dataclass
class _EditBoth:
    edit: Callable[[Any, Any], Any]

    def __call__(self, module: nn.Module, args: tuple, output: Any) -> Any:
        return self.edit(args[0], output)


@dataclass(eq=False)
class Block(Site):
    """One residual block.

    Args:
        dim: Channels of the tensor that passes the block.
        norm: What a token passes before the attention.
        attention: The self-attention, None where there is none.
        ffn: What the feed-forward network's output passes last before the residual sum, None where there is none.
        fixed_length: The block takes only the sequence it was built for (a position bias per pair of tokens).
    """

    dim: int
    norm: nn.Module | None = None
    attention: nn.Module | None = None
    ffn: nn.Module | None = None
    fixed_length: bool = False


@dataclass(eq=False)
class Anatomy:
    """Where a backbone can be tuned, in forward order.

    Args:
        backbone: The backbone itself.
        stages: Its blocks, stage by stage; a plain ViT has one stage.
        points: Where feature maps pass: after the embedding (or stem), then after each stage (ViT: each layer).
        stream: How tokens travel beside those of the image.
        outputs: Channels of each output, in the order in which heads get them.
        norms: What the outputs pass last.
        tokens: Learnt tokens that stand beside the image's: class and distillation token.
        optional: Names of modules that a pretrained file may lack, as a classifier has fewer outputs.
        patch_size: Side of the square that the stem turns into one token.
        num_extra_tokens: How many tokens stand beside those of the image, class token and registers for example; None
            where blocks take no sequence of tokens.
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
    options: Mapping[str, Any] = field(default_factory=dict)
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
            f'Families that have them: {_families_with({what} if isinstance(what, str) else what)}. '
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


@singledispatch
def describe(backbone: nn.Module) -> Anatomy:
    """Return the anatomy of a backbone; extend with ``@describe.register``.

    A backbone that nobody described can still be probed, unfrozen or tuned by its biases.
    """
    roots = {cls.__module__.partition('.')[0] for cls in type(backbone).__mro__}
    if any(_describe_host(host) for host in HOSTS if host in roots):
        return describe(backbone)
    return Anatomy(backbone)


_described: set[str] = set()


def _describe_host(host: str) -> bool:
    """Import our description of a package's backbones; say whether that was news."""
    if host in _described:
        return False
    _described.add(host)
    importlib.import_module(f'mmvpt.anatomy.{host}')
    return True


def offers(*what: str) -> Callable[[Describe], Describe]:
    """Note what a description offers (``attention``, ``points``, ...), for errors that list the families with it."""

    def note(description: Describe) -> Describe:
        vars(description)['offers'] = what
        return description

    return note


def _families_with(what: set[str]) -> str:
    """Names of the described families (of packages that are installed) that offer all of something."""
    for host in HOSTS:
        if importlib.util.find_spec(host):
            with suppress(ImportError):  # MMCV's compiled operators do not load
                _describe_host(host)
    families = [
        family for family, description in describe.registry.items() if what <= set(getattr(description, 'offers', ()))
    ]
    return ', '.join(sorted(f'{family.__module__.partition(".")[0]}.{family.__name__}' for family in families))
