"""Configs as text inside of files, read as data: MMEngine runs such text as a program."""

from __future__ import annotations

import ast

from mmengine.config.config import RESERVED_KEYS

from mmvpt.text.literal import literal_of

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
            try:
                return name, literal_of(value)
            except ValueError as error:
                raise refuse(source, str(error), GIVE_CONFIG) from error
    wrong = f'line {statement.lineno} of this config is a program and no data ({type(statement).__name__})'
    raise refuse(source, wrong, GIVE_CONFIG)
