"""What is done to a backbone, noted where it is done, so that it can be shown and undone.

The functions here act at once. Inside :func:`noting` each also leaves an act behind, which knows how to undo itself.
A deepcopy of the model copies its acts too, and those undo what was done to the copy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from torch import nn
from torch.utils.hooks import RemovableHandle

#: Lists of an adopted module that tuners append to, and what that act is called.
LISTS = {'sources': 'extend', 'leading': 'extend', 'updates': 'edit'}


@dataclass(eq=False, kw_only=True)
class Act(ABC):
    """Something that was done to a module.

    Args:
        module: The module.
        name: ``unfreeze``, ``edit`` or ``extend``.
        by: What acts there: a module, a bound method or a source. None where the act only prepares others.
        tuner: The tuner whose act it is; None if it is of no tuner.
    """

    module: nn.Module
    name: str = 'edit'
    by: object = None
    tuner: nn.Module | None = None

    @abstractmethod
    def undo(self) -> None:
        """Leave the module as it was before."""


@dataclass(eq=False, kw_only=True)
class Hooked(Act):
    """A hook was registered."""

    handle: RemovableHandle

    def undo(self) -> None:
        self.handle.remove()


@dataclass(eq=False, kw_only=True)
class Swapped(Act):
    """Another class was given, with attributes of its own."""

    old: type[nn.Module]
    new: type[nn.Module]
    attributes: tuple[str, ...]

    def undo(self) -> None:
        if type(self.module) is self.new:  # it has not been given a third one
            self.module.__class__ = self.old
            for name in self.attributes:
                delattr(self.module, name)


@dataclass(eq=False, kw_only=True)
class Appended(Act):
    """Something was appended to a list of the module."""

    entries: list[object]

    def undo(self) -> None:
        self.entries[:] = [entry for entry in self.entries if entry is not self.by]


@dataclass(eq=False, kw_only=True)
class Unfrozen(Act):
    """A part of the backbone, a module or a parameter, was told to train."""

    name: str = 'unfreeze'
    by: nn.Module | nn.Parameter

    def undo(self) -> None:
        self.by.requires_grad_(False)


_notes: ContextVar[list[Act] | None] = ContextVar('notes', default=None)


@contextmanager
def noting(acts: list[Act], backbone: nn.Module, tuner: nn.Module | None = None) -> Iterator[None]:
    """Add to the list all that a tuner does to a backbone meanwhile; without a tuner, all that is done."""
    before = {id(entry) for _, _, entry in _listed(backbone)}
    start = len(acts)
    token = _notes.set(acts)
    try:
        yield
    finally:
        _notes.reset(token)
    for module, list_name, entry in list(_listed(backbone)):
        if id(entry) not in before:
            acts.append(Appended(module=module, name=LISTS[list_name], by=entry, entries=getattr(module, list_name)))
    for act in acts[start:]:
        act.tuner = tuner


def _listed(backbone: nn.Module) -> Iterator[tuple[nn.Module, str, object]]:
    """Entries of the lists of all adopted modules."""
    for module in backbone.modules():
        for list_name in LISTS:
            entries = vars(module).get(list_name)  # of another kind in modules that are not ours
            yield from ((module, list_name, entry) for entry in (entries if isinstance(entries, list) else ()))


def _note(act: Act) -> None:
    acts = _notes.get()
    if acts is not None:
        acts.append(act)


def hook_after(module: nn.Module, call: Callable[..., object], by: object = None) -> None:
    """Register a forward hook."""
    _note(Hooked(module=module, by=by, handle=module.register_forward_hook(call)))


def hook_before(module: nn.Module, call: Callable[..., object], by: object = None) -> None:
    """Register a forward pre-hook."""
    _note(Hooked(module=module, by=by, handle=module.register_forward_pre_hook(call)))


def swap_class(module: nn.Module, new: type, **attributes: object) -> None:
    """Give a module another class, in place, and the attributes that this one needs."""
    _note(Swapped(module=module, old=type(module), new=new, attributes=tuple(attributes)))
    module.__class__ = new
    vars(module).update(attributes)
