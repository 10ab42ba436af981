"""Values that a config spells out, read from its syntax tree: nothing is run, and no name is looked up."""

from __future__ import annotations

import ast


def literal_of(node: ast.expr) -> object:
    """The value of numbers, text, lists, tuples, dicts and ``dict(...)``; a ``ValueError`` for a program."""
    match node:
        case ast.Constant(value=None | str() | int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.List(elts=nodes):
            return [literal_of(one) for one in nodes]
        case ast.Tuple(elts=nodes):
            return tuple(literal_of(one) for one in nodes)
        case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant) for key in keys):
            return {
                literal_of(key): literal_of(value) for key, value in zip(keys, values, strict=True) if key is not None
            }
        case ast.Call(func=ast.Name(id='dict'), args=[ast.Dict() as inner], keywords=[]):
            return literal_of(inner)
        case ast.Call(func=ast.Name(id='dict'), args=[], keywords=named) if all(each.arg for each in named):
            return {each.arg: literal_of(each.value) for each in named}
        case ast.Call(func=ast.Name(id='float'), args=[ast.Constant(value=str() as word)], keywords=[]):
            return float(word)  # as infinity is spelt
    raise ValueError(f'line {node.lineno} of this config is a program and no data ({type(node).__name__})')
