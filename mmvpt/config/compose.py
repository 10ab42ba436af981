"""Composing a config from a row: a text that inherits the fragments of the row and uses their variables."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path, PurePosixPath

from .expression import VARIABLE, Tree, put, source, variables
from .folders import config_root, keep
from .recipe import FOLDERS
from .tables import Row

OURS = 'mmvpt::'
#: The field of the recipe whose fragment sets a variable, the variable, and its place. A fragment may lack some.
DESTINATIONS = (
    ('backbone', 'backbone', 'model.backbone.backbone'),
    ('backbone', 'pretrained', 'model.backbone.init_cfg'),
    ('tuner', 'tuner', 'model.backbone.tuner'),
    ('backbone', 'neck', 'model.neck'),
    ('head', 'head', 'model.head'),
    ('data', 'num_classes', 'model.head.num_classes'),
    ('backbone', 'feature_dim', 'model.head.in_channels'),
    ('backbone', 'mean', 'data_preprocessor.mean'),
    ('backbone', 'std', 'data_preprocessor.std'),
    ('crop', 'crop_compat', 'train_dataloader.dataset.pipeline'),
    ('crop', 'crop_compat_test', 'val_dataloader.dataset.pipeline'),
    ('crop', 'crop_compat_test', 'test_dataloader.dataset.pipeline'),
)
#: A variable of model fragments: which variables other fragments have to set, and the field of each such fragment.
NEEDS = '__needs__'
#: Fields that only a complete config needs: a row without a tuner is completed by the config that inherits it.
OF_COMPLETE = ('optimizer', 'schedule')


def compose(row: Row) -> Path:
    """Write the config of a row to the cache, named as the row, and return its file."""
    text = compose_text(row)
    return keep(f'{PurePosixPath(row.name).name}.py', text, sha256(text.encode()).hexdigest()[:16])


def compose_text(row: Row) -> str:
    """Write the config of a row as a list of bases and what it changes."""
    files = {kind: _find(row, kind, name) for kind, name in row.recipe.fragments.items()}
    defined = {kind: _assigned(path) for kind, path in files.items()}
    tree = _place(row, defined)
    _check_needs(row, defined)
    _check_variables(row, set().union(*map(set, defined.values())))
    bases = '\n'.join(f'    {_spell(path)!r},' for path in files.values())
    lines = [f'{key} = {source(value, used=len(key) + 3)}' for key, value in tree.items()]
    return '\n'.join([f'"""{_title(row)}"""', '', f'_base_ = [\n{bases}\n]', *lines, ''])


def _title(row: Row) -> str:
    note = f': {row.recipe.note}' if row.recipe.note else ''
    return f'{row.name}{note} (a row of {row.table.parent.name}/{row.table.name})'


def _find(row: Row, kind: str, name: str) -> Path:
    folder = config_root() / '_base_' / FOLDERS[kind]
    path = row.table.parent / name if name.endswith('.py') else folder / f'{name}.py'
    if path.is_file():
        return path
    names = sorted(file.stem for file in folder.glob('*.py'))
    near = get_close_matches(name, names, n=3) or names
    raise FileNotFoundError(
        f'The row {row.name!r} of {row.table} names the {kind} {name!r}, but there is no {path}. '
        f'{folder} has: {", ".join(near)}.'
    )


def _spell(path: Path) -> str:
    root = config_root()
    return f'{OURS}{path.relative_to(root).as_posix()}' if path.is_relative_to(root) else str(path)


def _assigned(path: Path) -> dict[str, ast.expr]:
    """Return the variables that a config file and its bases assign, without the bases of hosts."""
    own = {
        name.id: node.value
        for node in ast.parse(path.read_text(), str(path)).body
        if isinstance(node, ast.Assign)
        for name in ast.walk(node.targets[0])
        if isinstance(name, ast.Name)
    }
    bases = ast.literal_eval(own.pop('_base_', ast.List(elts=[], ctx=ast.Load())))
    names: dict[str, ast.expr] = {}
    for base in [bases] if isinstance(bases, str) else bases:
        if base.startswith(OURS):
            names |= _assigned(config_root() / base.removeprefix(OURS))
        elif '::' not in base:
            names |= _assigned(path.parent / base)
    return names | own


def _place(row: Row, defined: dict[str, dict[str, ast.expr]]) -> Tree:
    tree: Tree = {}
    for kind, variable, key in DESTINATIONS:
        if variable in defined.get(kind, ()):
            put(tree, key, f'{VARIABLE}{variable}')
    if row.recipe.batch_size:
        put(tree, 'train_dataloader.batch_size', row.recipe.batch_size)
    for key, value in row.recipe.overrides.items():
        put(tree, key, value)
    return tree


def _check_needs(row: Row, defined: dict[str, dict[str, ast.expr]]) -> None:
    needs = defined['model'].get(NEEDS)
    found = set().union(*map(set, defined.values()))
    for variable, kind in ast.literal_eval(needs).items() if needs else ():
        if variable not in found and not (row.recipe.tuner is None and kind in OF_COMPLETE):
            names = sorted(file.stem for file in (config_root() / '_base_' / FOLDERS[kind]).glob('*.py'))
            raise ValueError(
                f'The row {row.name!r} of {row.table} lacks a fragment: the model {row.recipe.model!r} needs '
                f'{variable!r}, and no fragment of the row sets it. Add {kind}=, one of: {", ".join(names)}.'
            )


def _check_variables(row: Row, found: set[str]) -> None:
    if unknown := sorted(variables(dict(row.recipe.overrides)) - found):
        raise ValueError(
            f'The row {row.name!r} of {row.table} uses {VARIABLE}{unknown[0]}, and no fragment of the row sets it. '
            f'Name the fragment that does. They set: {", ".join(sorted(found - {NEEDS}))}.'
        )
