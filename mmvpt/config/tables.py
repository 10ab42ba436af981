"""Tables of configs: Python files whose ``ROWS`` are recipes by name."""

from __future__ import annotations

import ast
import os
import runpy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .folders import config_root
from .recipe import Recipe

USERS = 'MMVPT_RECIPES'


@dataclass(frozen=True)
class Row:
    """A recipe, with its name and the table it is from."""

    name: str
    recipe: Recipe
    table: Path


def read_rows() -> dict[str, Row]:
    """Read all rows: of our tables, and of those that the environment variable ``MMVPT_RECIPES`` lists."""
    rows: dict[str, Row] = {}
    for table in _tables():
        for name, recipe in _read(table, table.stat().st_mtime_ns).items():
            if name in rows:
                raise ValueError(f'{name!r} is a row of {rows[name].table} and of {table}. Rename one of them.')
            rows[name] = Row(name, recipe, table)
    files = {path.stem: path for path in config_root().glob('*.py')}
    if both := files.keys() & rows.keys():
        name = min(both)
        raise ValueError(f'{name!r} is a row of {rows[name].table} and a file, {files[name]}. Rename the row.')
    return rows


def _tables() -> Iterator[Path]:
    yield from sorted((config_root() / 'recipes').glob('*.py'))
    for path in filter(None, os.environ.get(USERS, '').split(os.pathsep)):
        table = Path(path).expanduser().absolute()
        if not table.is_file():
            raise FileNotFoundError(f'{USERS} names {path}, which is no file. Correct it, or unset {USERS}.')
        yield table


@cache
def _read(table: Path, changed: int) -> dict[str, Recipe]:
    """Run a table and return its rows; ``changed`` is when it was written, so that a new version is read again."""
    source = table.read_text()
    for node in ast.walk(ast.parse(source, str(table))):
        if isinstance(node, ast.Dict):
            names = Counter(key.value for key in node.keys if isinstance(key, ast.Constant))
            if twice := [name for name, times in names.items() if times > 1]:
                raise ValueError(f'{table} has two rows of the name {twice[0]!r}. Rename one of them.')
    rows = runpy.run_path(str(table)).get('ROWS')
    if not isinstance(rows, dict) or not all(isinstance(recipe, Recipe) for recipe in rows.values()):
        raise TypeError(f'{table} needs ROWS, a dict of mmvpt.config.Recipe by name. See docs/guides/recipes.md.')
    return rows
