"""Attentions that can take keys and values of tuners, by the class of the attention that they replace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from torch import nn

from mmvpt.layers.attention import Extendable, adopt_as

from .hosts import learn_host_of, learn_installed_hosts

Kind = TypeVar('Kind', bound=type[Extendable])


class Adopt:
    """Makes attentions extendable, in place: ``adopt(attention)``.

    A class that can be extended is registered by the class that it replaces, and replaces its subclasses too::

        @adopt.register(MyAttention)
        class ExtendableMyAttention(Extendable, MyAttention): ...
    """

    def __init__(self) -> None:
        self.registry: dict[type[nn.Module], type[Extendable]] = {}

    def register(self, original: type[nn.Module]) -> Callable[[Kind], Kind]:
        """Let a class replace the original."""

        def note(extendable: Kind) -> Kind:
            self.registry[original] = extendable
            return extendable

        return note

    def find(self, kind: type) -> tuple[type[Extendable], type[nn.Module]] | None:
        """The class that replaces attentions of a kind, and the one that it is registered for; None without any."""
        learn_host_of(kind)
        return next(((self.registry[base], base) for base in kind.__mro__ if base in self.registry), None)

    def __call__(self, attention: nn.Module | None) -> Extendable:
        """Make an attention extendable, in place; refuse where that would drop a behaviour of its own."""
        if isinstance(attention, Extendable):
            return attention
        found = self.find(type(attention))
        if attention is None or found is None:
            learn_installed_hosts()
            raise TypeError(
                f'{type(attention).__name__} cannot take keys and values of prompts. Known: '
                f'{", ".join(kind.__name__ for kind in self.registry)}. '
                'Teach mmvpt with @adopt.register; see docs/guides/extend.md.'
            )
        return adopt_as(*found, attention)


adopt = Adopt()


def use_sdpa(attention: nn.Module | None) -> None:
    """Adopt an attention whose own forward would keep every N x N map for backward."""
    found = adopt.find(type(attention))
    if attention is not None and found is not None and found[0].keeps_maps:
        adopt(attention)
