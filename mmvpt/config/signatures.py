"""What can be given to something that a config names by its type."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

#: The options of a type, by name.
Parameters = Mapping[str, inspect.Parameter]


@dataclass(frozen=True)
class Takes:
    """What something can be given.

    Args:
        known: By name.
        open: Whether it takes more, under names that only it knows.
        needed: Names of what it cannot do without; what a class gives its parents is none of them.
    """

    known: Parameters
    open: bool
    needed: frozenset[str] = frozenset()


@cache
def options_of(kind: Callable[..., object]) -> Takes:
    """Read the options of a class or a function; what a class hands on to its parents is theirs."""
    if not inspect.isclass(kind):
        parameters = _parameters(kind)
        known = _named(parameters)
        return Takes(known, parameters is None or _rest(parameters) is not None, _needed(known))
    known, needed, skips = {}, None, False
    for owner in kind.__mro__:
        if '__init__' not in vars(owner):
            continue
        if owner.__module__.startswith(('builtins', 'torch.nn.modules.module')):
            break
        init = vars(owner)['__init__']
        parameters = _parameters(init)
        own = _named(parameters, method=True)
        known = {**own, **known}
        needed = _needed(own) if needed is None else needed
        rest = _rest(parameters)
        if not skips and (rest is None or not _hands_on(init, rest)):
            return Takes(known, parameters is None or rest is not None, needed)
        skips |= rest is not None and _skips(init, owner)
    return Takes(known, False, needed or frozenset())


def _needed(parameters: Parameters) -> frozenset[str]:
    return frozenset(name for name, one in parameters.items() if one.default is one.empty)


def _parameters(function: Callable[..., object]) -> Parameters | None:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # of C, without a signature
        return None


def _named(parameters: Parameters | None, method: bool = False) -> dict[str, inspect.Parameter]:
    found = list((parameters or {}).values())[method:]
    return {
        parameter.name: parameter
        for parameter in found
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }


def _rest(parameters: Parameters | None) -> str | None:
    """The name of ``**kwargs``, if there is one."""
    return next((one.name for one in (parameters or {}).values() if one.kind is one.VAR_KEYWORD), None)


def _skips(init: Callable[..., object], owner: type) -> bool:
    """Whether a class calls the ``__init__`` of an ancestor that is not its parent: ``super(Parent, self)``."""
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == 'super'
        and bool(call.args)
        and ast.unparse(call.args[0]) != owner.__name__
        for call in ast.walk(_source(init))
    )


def _source(function: Callable[..., object]) -> ast.AST:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, SyntaxError, TypeError):
        return ast.Module([], [])


def _hands_on(init: Callable[..., object], rest: str) -> bool:
    """Whether ``**kwargs`` go to the ``__init__`` of a parent, and nowhere else."""
    tree = _source(init)
    handed = [
        keyword.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == '__init__'
        for keyword in call.keywords
        if keyword.arg is None
    ]
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == rest]
    return bool(uses) and all(any(node is one for one in handed) for node in uses)
