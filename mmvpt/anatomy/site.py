"""Sites: modules of a backbone whose input or output may be edited, and residual blocks among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor, nn

from mmvpt.layers.acts import hook_after, hook_before

Edit = Callable[[Tensor], Tensor]
AnyEdit = TypeVar('AnyEdit', bound=Callable[..., object])
Output = TypeVar('Output')


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

    def beside(self, edit: Callable[[Tensor, Output], Output]) -> None:
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
    edit: Callable[..., object]

    def __call__(self, module: nn.Module, args: tuple, output: object) -> object:
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
