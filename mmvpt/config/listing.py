"""Lists of our configs, with filters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from .folders import config_root
from .recipe import FOLDERS
from .tables import read_rows

#: Tasks by the first word of a model; all others classify.
TASK_OF_MODEL = dict(
    setr='segmentation',
    upernet='segmentation',
    fcn='segmentation',
    cascade='detection',
    mask='detection',
    htc='detection',
)
KINDS = {folder: kind for kind, folder in reversed(FOLDERS.items())}
COLUMNS = ('name', 'method', 'backbone', 'task', 'data', 'where')


@dataclass(frozen=True)
class ListedConfig:
    """A config in a list.

    Args:
        name: Without ``.py``.
        method: Fragment of its tuner, and of its head if it replaces that of the model.
        backbone: Fragments of its backbone, or the backbone in the name of its model.
        task: Classification, segmentation or detection.
        data: Fragment of its data set, or the data set in the name of its model.
        where: Its file or table, below the folder of configs.
    """

    name: str
    method: str
    backbone: str
    task: str
    data: str
    where: str

    def matches(self, column: str, value: str) -> bool:
        """Return whether one of the names in a column begins with a value."""
        return any(name.startswith(value.lower()) for name in getattr(self, column).split(' + '))


def list_configs(**filters: str | None) -> list[ListedConfig]:
    """Return the configs that pass all filters (values of columns); an error lists the possible values."""
    entries = sorted(_entries(), key=lambda entry: entry.name)
    for column, value in filters.items():
        if value and not (found := [entry for entry in entries if entry.matches(column, value)]):
            there = sorted({name for entry in entries for name in getattr(entry, column).split(' + ')})
            near = get_close_matches(value, there, n=3) or there
            raise ValueError(f'No {column} here begins with {value!r}. There are: {", ".join(near)}.')
        entries = found if value else entries
    return entries


def format_entries(entries: list[ListedConfig]) -> str:
    """Format entries in columns."""
    lines = [COLUMNS, *(tuple(getattr(entry, column) for column in COLUMNS) for entry in entries)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return '\n'.join('  '.join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _entries() -> Iterator[ListedConfig]:
    root = config_root()
    for path in root.glob('*.py'):
        bases = (base.split('/')[-2:] for base in _bases(path))
        yield _entry(path.stem, {KINDS[folder]: Path(name).stem for folder, name in bases}, path.name)
    for name, row in read_rows().items():
        if '/' not in name:  # the others are fragments
            table = row.table.relative_to(root) if row.table.is_relative_to(root) else row.table
            yield _entry(name, row.recipe.fragments, str(table))


def _entry(name: str, fragments: Mapping[str, str], where: str) -> ListedConfig:
    words = fragments['model'].split('_')
    backbone = fragments.get('backbone') or ' + '.join(_backbones(fragments['model']))
    method = ' + '.join(fragments[kind] for kind in ('tuner', 'head') if kind in fragments)
    data = fragments.get('data', words[-1])
    task = TASK_OF_MODEL.get(words[0], 'classification')
    return ListedConfig(name, method or 'pretraining', backbone, task, data, where)


def _backbones(model: str) -> list[str]:
    """Backbones of a system: the fragments that it inherits, and those in its name that its file spells out."""
    path = config_root() / '_base_' / 'models' / f'{model}.py'
    if not path.is_file():
        return [Path(model).stem]
    found = [Path(base).stem for base in _bases(path) if base.startswith('../backbones/')]
    return found or [Path(model).stem.removesuffix('_ade20k').removesuffix('_coco').rpartition('_')[2]]


def _bases(path: Path) -> list[str]:
    """Bases of a config that are files of ours."""
    for node in ast.parse(path.read_text(), str(path)).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == '_base_':
            bases = ast.literal_eval(node.value)
            return [base for base in ([bases] if isinstance(bases, str) else bases) if '::' not in base]
    return []
