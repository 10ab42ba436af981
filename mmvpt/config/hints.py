"""Declared types of options, and whether a value is of them."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from .signatures import options_of

PLAIN = (int, float, bool, str, NoneType)
SEQUENCES = (list, tuple, Sequence)


@cache
def hints_of(kind: Callable[..., object]) -> dict[str, object]:
    """Return the declared types of what a class or a function can be given, where they can be read.

    A default is as good as a declaration: who declares ``int`` and lets None stand there takes None too.
    """
    hints: dict[str, object] = {}
    owners = kind.__mro__ if inspect.isclass(kind) else (kind,)
    for owner in reversed(owners):
        function = vars(owner).get('__init__') if inspect.isclass(owner) else owner
        try:
            hints |= typing.get_type_hints(function) if callable(function) else {}
        except Exception:  # of annotations that name what is not imported
            continue
    known = options_of(kind).known
    return {name: _with_default(hint, known[name].default) for name, hint in hints.items() if name in known}


def _with_default(hint: object, default: object) -> object:
    if default is inspect.Parameter.empty:
        return hint
    return Union[hint, type(default)]  # type: ignore[return-value]  # noqa: UP007


def fits(value: object, hint: object) -> bool:
    """Whether a value may be of a declared type; where the type is none of the plain ones, it may."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if hint in PLAIN:
        return _is_plain(value, hint)
    if (origin or hint) in SEQUENCES:
        items = [item for item in get_args(hint) if item is not ...]
        return isinstance(value, list | tuple) and (
            not items or all(any(fits(one, item) for item in items) for one in value)
        )
    if (origin or hint) in (dict, Mapping):
        return isinstance(value, Mapping)
    return True


def _is_plain(value: object, hint: object) -> bool:
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)  # type: ignore[arg-type]


def words_for(hint: object) -> str:
    """Write a declared type in plain words."""
    if get_origin(hint) in (Union, UnionType):
        return ' or '.join(dict.fromkeys(map(words_for, get_args(hint))))
    if hint is NoneType:
        return 'None'
    return hint.__name__ if inspect.isclass(hint) and not get_args(hint) else str(hint).replace('typing.', '')
