"""Finding a config by its path, or by ``mmvpt::`` and the name of a file or a row."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from .compose import compose
from .folders import config_root
from .tables import Row, read_rows

PREFIX = 'mmvpt::'
FLAT = 'configs'


def find_config(path: str) -> str:
    """Return the file of a path or a ``mmvpt::`` name, with or without ``.py``; a row is composed first.

    If a path into a folder ``configs`` has no such file, the row with that name is used if there is one. An error lists
    similar names.
    """
    root = config_root()
    place = root / path[len(PREFIX) :] if path.startswith(PREFIX) else Path(path).expanduser()
    for file in (place, place.with_name(f'{place.name}.py')):
        if file.is_file():
            return str(file)
    row = _find_row(path, place.relative_to(root) if place.is_relative_to(root) else _below_configs(place))
    if row is None:
        raise FileNotFoundError(f'There is no config {path!r}. {_what_is_there(place)}')
    return str(compose(row))


def list_names() -> list[str]:
    """Names of all our configs, files and rows, without ``.py``."""
    files = [path.stem for path in config_root().glob('*.py')]
    return sorted(files + [name for name in read_rows() if '/' not in name])


def _below_configs(place: Path) -> Path | None:
    """Return the part of a path below its last folder ``configs``, which was the name of a row when it was a file."""
    parts = place.absolute().parts
    if FLAT not in parts[:-1]:
        return None
    start = len(parts) - 1 - parts[:-1][::-1].index(FLAT)
    return Path(*parts[start:])


def _find_row(path: str, name: Path | None) -> Row | None:
    row = read_rows().get(name.as_posix().removesuffix('.py')) if name else None
    if row and not path.startswith(PREFIX):
        _say(f'There is no file {path}. It is a row of {row.table}: taking {PREFIX}{row.name}')
    return row


@cache
def _say(line: str) -> None:
    if os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0')) == '0':
        print(line, file=sys.stderr)


def _what_is_there(place: Path) -> str:
    """Describe which names are similar to a missing one: files of its folder, and rows if the folder is ours."""
    files = sorted(file.name for file in place.parent.glob('*.py'))
    rows = [f'{name}.py' for name in read_rows() if '/' not in name] if place.parent.name == FLAT else []
    if not files + rows:
        return f'{place.parent} holds no config; ours are in {config_root()}.'
    near = get_close_matches(f'{place.stem}.py', files + rows, n=3) or files
    more = f' `python -m mmvpt configs` lists {len(rows)} more.' if rows and near is files else ''
    return f'{place.parent} has: {", ".join(near)}.{more}'
