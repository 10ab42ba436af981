"""A config that a run wrote into its checkpoints, read as data: nothing in it is run."""

from __future__ import annotations

import ast


def read_written(text: str) -> dict[str, object]:
    """Read the text of a config whose bases are merged; a value that is no plain one is left out.

    Args:
        text: As MMEngine writes it: assignments of numbers, words, lists and ``dict(...)``.
    """
    found: dict[str, object] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = _value(node.value)
            except ValueError:
                continue
    return found


def _value(node: ast.expr) -> object:
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [key for key in node.keys if key is not None]
        return {ast.literal_eval(key): _value(value) for key, value in zip(keys, node.values, strict=True)}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, node)
    return ast.literal_eval(node)


def _called(name: str, node: ast.Call) -> object:
    if name == 'dict' and not node.args:
        return {keyword.arg: _value(keyword.value) for keyword in node.keywords if keyword.arg}
    if name == 'float' and len(node.args) == 1:
        return float(str(ast.literal_eval(node.args[0])))
    raise ValueError(f'{name}(...) is no plain value.')
