"""What descriptions offer, for errors that list the families a tuner can work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from .hosts import learn_installed_hosts

Description = TypeVar('Description', bound=Callable[..., object])

#: Descriptions by family: the registry of ``describe``, which hands it down because it needs anatomies itself.
_described: list[Mapping[type, Callable[..., object]]] = []


def offers(*what: str) -> Callable[[Description], Description]:
    """Note what a description offers (``attention``, ``points``, ...), for errors that list the families with it."""

    def note(description: Description) -> Description:
        vars(description)['offers'] = what
        return description

    return note


def list_families_of(registry: Mapping[type, Callable[..., object]]) -> None:
    """Read families from a registry of descriptions from now on."""
    _described.append(registry)


def families_with(what: set[str]) -> str:
    """Names of the described families (of packages that are installed) that offer all of something."""
    learn_installed_hosts()
    families = [
        family
        for registry in _described
        for family, description in registry.items()
        if what <= set(getattr(description, 'offers', ()))
    ]
    return ', '.join(sorted(f'{family.__module__.partition(".")[0]}.{family.__name__}' for family in families))
