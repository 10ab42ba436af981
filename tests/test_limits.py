"""How long, how loosely typed and how undocumented the package may become: limits that a change has to keep."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import mmvpt

PACKAGE = Path(mmvpt.__file__).parent
TREES = {path: ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob('*.py'))}
NUM_LINES = {path: len(path.read_text().splitlines()) for path in TREES}
#: What a verb or a kind of file is asked for by its name: each has its own.
INTERFACES = {
    'cli': {'EPILOG', 'main', 'make_parser', 'run'},
    '__main__.py': {'main'},
    'benchmark': {'PROTOCOL', 'SWEEPS'},
    'converters': {
        'ANCHOR',
        'FORMATS',
        'HEADS',
        'LAST',
        'NUM_STAGES',
        'OURS',
        'PATCHES',
        'PREFIXES',
        'STEM',
        'TIMM_NAMES',
    },
    'papers': {'CELLS', 'NOTES', 'PAPER', 'SHARES', 'TABLES'},
}


def lines_of(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def definitions(kind: type[ast.stmt] | tuple[type[ast.stmt], ...]) -> Iterator[tuple[str, ast.stmt]]:
    for path, tree in TREES.items():
        yield from ((name_of(path), node) for node in ast.walk(tree) if isinstance(node, kind))


def test_no_module_has_more_than_300_lines() -> None:
    assert {name_of(path): number for path, number in NUM_LINES.items() if number > 300} == {}


def test_no_class_has_more_than_150_lines() -> None:
    assert {
        (where, node.name): lines_of(node) for where, node in definitions(ast.ClassDef) if lines_of(node) > 150
    } == {}


def test_no_function_has_more_than_60_lines() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert {(where, node.name): lines_of(node) for where, node in definitions(kinds) if lines_of(node) > 60} == {}


def test_any_says_nothing_and_is_rare() -> None:
    """Six in a thousand lines at most; it was 17.6."""
    names = sum(isinstance(node, ast.Name) and node.id == 'Any' for tree in TREES.values() for node in ast.walk(tree))
    assert names <= 6 * sum(NUM_LINES.values()) / 1000


def assigned(node: ast.stmt) -> list[str]:
    """Names that a statement gives to a module."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def test_a_public_name_has_one_meaning() -> None:
    """Each verb, format, paper and protocol has some alike; `cli/names.py` repeats names for a help without torch."""
    places = defaultdict(list)
    for path, tree in TREES.items():
        room = path.relative_to(PACKAGE).parts[0]
        for name in (name for node in tree.body for name in assigned(node)):
            if not name.startswith('_') and name not in INTERFACES.get(room, ()) and name_of(path) != 'cli/names.py':
                places[name].append(name_of(path))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages([str(PACKAGE)], 'mmvpt.'):
        if '.moved' not in module.name and module.name != 'mmvpt.__main__':
            yield import_module(module.name)


def undocumented(module: ModuleType) -> Iterator[str]:
    if not module.__doc__:
        yield module.__name__
    for name, value in vars(module).items():
        own = getattr(value, '__module__', None) == module.__name__ and not name.startswith('_')
        if own and (inspect.isclass(value) or inspect.isfunction(value)):
            yield from ([] if value.__doc__ else [f'{module.__name__}.{name}'])
            for member in list(vars(value)) if inspect.isclass(value) else ():
                described = getattr(value, member)
                if (
                    not member.startswith('_')
                    and (inspect.isroutine(described) or isinstance(vars(value)[member], property))
                    and member not in getattr(value, '__annotations__', {})
                ):
                    yield from ([] if inspect.getdoc(described) else [f'{module.__name__}.{name}.{member}'])


def test_every_public_name_is_documented() -> None:
    """A method may leave it to the class that it comes from."""
    pytest.importorskip('timm')
    assert [name for module in modules() for name in undocumented(module)] == []
