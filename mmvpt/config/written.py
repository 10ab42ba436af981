"""A config that a run wrote into its checkpoints, as far as it is plain values."""

from __future__ import annotations

import ast

from mmvpt.text.literal import literal_of


def read_written(text: str) -> dict[str, object]:
    """Read the text of a config whose bases are merged, with lists for tuples; what is no plain value is left out.

    Args:
        text: As MMEngine writes it: assignments of numbers, words, lists and ``dict(...)``.
    """
    found: dict[str, object] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = _with_lists(literal_of(node.value))
            except ValueError:
                continue
    return found


def _with_lists(value: object) -> object:
    if isinstance(value, dict):
        return {key: _with_lists(inner) for key, inner in value.items()}
    return [_with_lists(item) for item in value] if isinstance(value, list | tuple) else value
