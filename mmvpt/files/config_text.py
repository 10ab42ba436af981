"""Configs as text inside of files, read as data: MMEngine runs such text as a program."""

from __future__ import annotations

import ast

from mmengine.config.config import RESERVED_KEYS

from .refuse import refuse

GIVE_CONFIG = 'Give the config of the model yourself, as a file that you trust.'
#: Names that MMEngine would follow to other files, or that it keeps for itself.
NOT_OURS = ('_base_', *RESERVED_KEYS)


def as_literal(text: str, source: str) -> dict[str, object]:
    """Read the text of a config that MMEngine saved: values by name. Nothing in it is run.

    Args:
        text: Lines ``name = value`` of dicts, lists, text and numbers. Whatever else it holds is refused.
        source: The file and the field that it is from, for messages.
    """
    return dict(_assigned(statement, source) for statement in _parse(text, source))


def _parse(text: str, source: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise refuse(source, f'this is no text of a config ({type(error).__name__})', GIVE_CONFIG) from error


def _assigned(statement: ast.stmt, source: str) -> tuple[str, object]:
    """The name and the value of ``name = value``."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in NOT_OURS:
            return name, _value_of(value, source)
    raise _no_data(statement, source)


def _value_of(node: ast.expr, source: str) -> object:
    match node:
        case ast.Constant(value=None | str() | int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.List(elts=nodes):
            return _list(nodes, source)
        case ast.Tuple(elts=nodes):
            return tuple(_list(nodes, source))
        case ast.Dict() | ast.Call(func=ast.Name(id='dict'), args=[ast.Dict()], keywords=[]):
            return _mapping(node if isinstance(node, ast.Dict) else node.args[0], source)
        case ast.Call(func=ast.Name(id='dict'), args=[], keywords=named) if all(each.arg for each in named):
            return {each.arg: _value_of(each.value, source) for each in named}
    raise _no_data(node, source)


def _mapping(node: ast.expr, source: str) -> dict[object, object]:
    """The value of ``{name: value}``."""
    if not isinstance(node, ast.Dict) or any(not isinstance(key, ast.Constant) for key in node.keys):
        raise _no_data(node, source)
    keys = (_value_of(key, source) for key in node.keys if key is not None)
    return dict(zip(keys, _list(node.values, source), strict=True))


def _list(nodes: list[ast.expr], source: str) -> list[object]:
    return [_value_of(node, source) for node in nodes]


def _no_data(node: ast.AST, source: str) -> ValueError:
    wrong = f'line {getattr(node, "lineno", 0)} of this config is a program and no data ({type(node).__name__})'
    return refuse(source, wrong, GIVE_CONFIG)
