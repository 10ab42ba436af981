"""Python source of nested values, some of which are variables of base configs."""

from __future__ import annotations

import re
from typing import TypeGuard

WIDTH = 120
VARIABLE = '_base_.'
#: The key under which a tree keeps the variable that it adds to.
SELF = ''
#: Values by the parts of their dotted keys.
Tree = dict[str, object]


def put(tree: Tree, key: str, value: object) -> None:
    """Set a value at a dotted key; setting a value inside a variable makes a changed copy of the variable."""
    *parents, last = key.split('.')
    for name in parents:
        inner = tree.get(name)
        if inner is None and SELF in tree:
            inner = f'{tree[SELF]}.{name}'
        below: Tree = dict(inner) if isinstance(inner, dict) else {SELF: inner} if is_variable(inner) else {}
        tree[name] = tree = below
    tree[last] = value


def is_variable(value: object) -> TypeGuard[str]:
    """Whether a value is the name of a variable of base configs."""
    return isinstance(value, str) and value.startswith(VARIABLE)


def variables(value: object) -> set[str]:
    """Names of the variables in a value, without what follows a dot."""
    if is_variable(value):
        return {re.findall(r'\w+', value)[1]}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return set().union(*map(variables, parts))


def source(value: object, indent: int = 0, used: int = 0) -> str:
    """Write a value as Python source, on one line where that fits.

    Args:
        indent: Of the line that the value begins in.
        used: How much of that line is taken.
    """
    line = _join(value, *_parts(value, 0), ', ', '')
    if indent + used + len(line) <= WIDTH or not isinstance(value, dict | list | tuple):
        return line
    space = ' ' * (indent + 4)
    return _join(value, *_parts(value, indent + 4), f',\n{space}', f'\n{space}', f',\n{" " * indent}')


def _join(value: object, opening: str, parts: list[str], closing: str, between: str, first: str, last: str = '') -> str:
    if not parts:
        return f'{opening}{closing}'
    one = ',' if isinstance(value, tuple) and len(parts) == 1 and not last else ''
    return f'{opening}{first}{between.join(parts)}{last}{one}{closing}'


def _parts(value: object, indent: int) -> tuple[str, list[str], str]:
    """Return the brackets of a value and the source of its items; a plain value has no brackets."""
    if isinstance(value, list | tuple):
        opening, closing = '[]' if isinstance(value, list) else '()'
        return opening, [source(item, indent) for item in value], closing
    if not isinstance(value, dict):
        return '', [value if is_variable(value) else repr(value)], ''
    start = [str(value[SELF])] if SELF in value else []
    items = {key: item for key, item in value.items() if key != SELF}
    if all(str(key).isidentifier() for key in items):
        named = [f'{key}={source(item, indent, len(key) + 2)}' for key, item in items.items()]
        return 'dict(', start + named, ')'
    quoted = [f'{key!r}: {source(item, indent, len(repr(key)) + 3)}' for key, item in items.items()]
    return '{', [f'**{one}' for one in start] + quoted, '}'
