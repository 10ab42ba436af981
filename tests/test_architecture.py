"""Who may import whom: arrows point up the list of rooms only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'mmvpt'
#: Rooms, and what they may take from the house beside themselves; a later room is never in an earlier one's list.
ROOMS: dict[str, set[str]] = {
    'version': set(),
    'text': set(),
    'env': set(),
    'operators': {'env'},
    'files': {'text'},
    'config': {'text', 'env'},
    'mmengine_patches': {'config'},
    'registry': {'mmengine_patches'},
    'layers': set(),
    'anatomy': {'layers'},
    'tuners': {'registry', 'files', 'layers', 'anatomy'},
    'delta': {'version', 'files', 'layers'},
    'models': {'version', 'text', 'files', 'registry', 'layers', 'anatomy', 'tuners', 'delta'},
    'datasets': {'text', 'files', 'config', 'registry'},
    'converters': {'version', 'files', 'layers'},
    'engine': {'files', 'config', 'registry', 'layers', 'tuners', 'models', 'delta', 'datasets'},
    'analysis': {'version', 'text', 'layers', 'files', 'config', 'registry', 'anatomy', 'models', 'engine'},
    'papers': {'text', 'config', 'engine', 'analysis'},
    'runs': {'files', 'config', 'analysis'},
    'pruning': {
        'text',
        'layers',
        'files',
        'config',
        'tuners',
        'models',
        'delta',
        'datasets',
        'engine',
        'analysis',
        'runs',
    },
    'benchmark': {'text', 'config', 'datasets', 'engine', 'analysis', 'runs', 'pruning'},
    'cli': {
        'text',
        'env',
        'config',
        'models',
        'datasets',
        'converters',
        'engine',
        'analysis',
        'papers',
        'runs',
        'pruning',
        'benchmark',
    },
    'moved': {'env', 'files'},
    '__main__': {'cli'},
    '__init__': {'version', 'env', 'mmengine_patches'},
}
FILES = sorted(PACKAGE.rglob('*.py'))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix('.py')


def imports(path: Path) -> Iterator[str]:
    """Absolute names of all that a file imports, in functions too."""
    package = ('mmvpt', *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = '.'.join((*above, *filter(None, [node.module])))
            yield from (f'{module}.{alias.name}' for alias in node.names)


@pytest.mark.parametrize('path', FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_before_it(path: Path) -> None:
    room = room_of(path)
    taken = {name.split('.')[1] for name in imports(path) if name.startswith('mmvpt.')}
    assert taken - {room} <= ROOMS[room]


def test_the_list_of_rooms_is_in_order() -> None:
    order = list(ROOMS)
    for room, above in ROOMS.items():
        assert all(order.index(other) < order.index(room) for other in above), room
    assert {room_of(path) for path in FILES} == set(order)


def test_only_anatomies_import_the_segmentation_and_detection_packages() -> None:
    allowed = {PACKAGE / 'anatomy' / 'mmseg.py', PACKAGE / 'anatomy' / 'mmdet.py'}
    hosts = {path for path in FILES for name in imports(path) if name.split('.')[0] in ('mmseg', 'mmdet')}
    assert hosts <= allowed


def test_tuners_know_their_bases_and_not_each_other() -> None:
    for path in (PACKAGE / 'tuners').glob('[!_]*.py'):
        siblings = {name.split('.')[2] for name in imports(path) if name.startswith('mmvpt.tuners.')}
        assert siblings <= {'base', 'prompts'}, path.name


def test_the_package_names_no_file_of_tools_but_in_sentences() -> None:
    """No path to start: the arrow from a package to its tools would not be among the imports."""
    paths = {
        (path.relative_to(PACKAGE).as_posix(), node.value)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if ' ' not in node.value and 'tools' in node.value.split('/')
    }
    assert paths == {('cli/host.py', 'tools')}  # those of the hosts


def test_few_files_start_programs() -> None:
    starters = {path.relative_to(PACKAGE).as_posix() for path in FILES if {'subprocess', 'runpy'} & set(imports(path))}
    assert starters == {
        'runs/steps.py',  # our own verbs
        'cli/host.py',  # tools of the hosts
        'config/tables.py',  # tables of configs
        'engine/distributed.py',  # asks Slurm for its nodes
    }
