"""What a tuner may know of a backbone: its anatomy."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from torch import Tensor, nn

Edit = Callable[[Tensor], Tensor]

#: Packages whose backbones we describe; a description is imported when one of their classes turns up.
HOSTS = ('mmpretrain', 'mmseg')


@dataclass(eq=False)
class Site:
    """A module whose input or output may be edited.

    Edits are modules or bound methods: a deepcopy (of MMEngine's EMA, say) remakes those, while a closure would keep
    editing with the parameters of the original.
    """

    module: nn.Module

    def before(self, edit: Edit) -> None:
        """Edit the first argument of the module."""
        self.module.register_forward_pre_hook(_EditInput(_copyable(edit)))

    def after(self, edit: Edit) -> None:
        """Edit the output of the module."""
        self.module.register_forward_hook(_EditOutput(_copyable(edit)))


def _copyable(edit: Edit) -> Edit:
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


@dataclass(eq=False)
class Block(Site):
    """One residual block.

    Args:
        dim: Channels of the tensor that passes the block.
        norm: What a token passes before the attention.
        attention: The self-attention, None where there is none.
        fixed_length: The block takes only the sequence it was built for (a position bias per pair of tokens).
    """

    dim: int
    norm: Any = None
    attention: Any = None
    fixed_length: bool = False


@dataclass(eq=False)
class Anatomy:
    """Where a backbone can be tuned, in forward order.

    Args:
        backbone: The backbone itself.
        stages: Its blocks, stage by stage; a plain ViT has one stage.
        patch_size: Side of the square that the stem turns into one token.
        options: Arguments with which ``backbone(image, **options)`` returns plain features.
        resize: ``resize(name, value, own)`` fits a pretrained tensor of another image size to the backbone's own, or
            returns None; for backbones that do not do so themselves while loading.
    """

    backbone: nn.Module
    stages: list[list[Block]] = field(default_factory=list)
    patch_size: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    resize: Callable[[str, Tensor, Tensor], Tensor | None] | None = None
    _claims: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def blocks(self) -> Iterator[Block]:
        """All blocks, in forward order."""
        return (block for stage in self.stages for block in stage)

    def attention_blocks(self, tuner: object) -> list[Block]:
        """All blocks with attention, for a tuner that cannot do without."""
        blocks = [block for block in self.blocks if block.attention is not None]
        if not blocks:
            raise TypeError(
                f'{type(tuner).__name__} needs blocks with attention, and mmvpt knows none in '
                f'{type(self.backbone).__name__}. Families with attention: {_families_unlike(self.backbone)}. '
                'Take one of them or another tuner, or describe yours with @describe.register; see docs/extend.md.'
            )
        return blocks

    def claim(self, what: str, tuner: object) -> None:
        """Note that a tuner needs something of the backbone for itself alone."""
        owner = self._claims.setdefault(what, tuner)
        if owner is not tuner:
            raise ValueError(
                f'{type(tuner).__name__} and {type(owner).__name__} both claim {what} of '
                f'{type(self.backbone).__name__}, which only one tuner can have. Keep one of the two.'
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


def _families_unlike(backbone: nn.Module) -> str:
    """Names of the families described (of packages that are installed), those of this backbone left out."""
    for host in HOSTS:
        if importlib.util.find_spec(host):
            _describe_host(host)
    families = [family for family in describe.registry if not isinstance(backbone, family)]
    return ', '.join(sorted(f'{family.__module__.partition(".")[0]}.{family.__name__}' for family in families))
