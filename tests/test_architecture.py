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
    'compat': set(),
    'operators': {'compat'},
    'checkpoint': set(),
    'layers': set(),
    'registry': {'checkpoint'},
    'config': set(),
    'config_paths': {'config'},
    'multimodal': {'compat'},
    'check_env': {'compat', 'version', 'operators'},
    'converters': {'checkpoint', 'version'},
    'datasets': {'registry', 'checkpoint', 'config_paths'},
    'anatomy': {'layers'},
    'prototype_file': {'checkpoint'},
    'tuners': {'registry', 'layers', 'anatomy', 'prototype_file'},
    'models': {'registry', 'checkpoint', 'layers', 'anatomy', 'tuners'},
    'engine': {
        'registry',
        'checkpoint',
        'compat',
        'config_paths',
        'version',
        'layers',
        'datasets',
        'tuners',
        'models',
    },
    'prototypes': {'registry', 'version', 'anatomy', 'prototype_file', 'models', 'engine'},
    'analysis': {'checkpoint', 'config', 'config_paths', 'engine', 'models', 'datasets'},
    'pruning': {'checkpoint', 'config_paths', 'tuners', 'engine', 'analysis'},
    'steps': {'checkpoint'},
    'comparison': {'checkpoint', 'config_paths', 'analysis', 'steps'},
    'e2vpt': {'checkpoint', 'config_paths', 'engine', 'analysis', 'pruning', 'steps', 'comparison'},
    'e2vpt_shapes': {'datasets', 'analysis', 'pruning', 'comparison', 'e2vpt'},
    'protuning_shapes': {'config_paths', 'datasets', 'engine', 'analysis', 'steps', 'comparison'},
    'vpt_shapes': {'datasets', 'engine', 'analysis', 'steps', 'comparison'},
    'quickstart': {'config_paths', 'datasets', 'analysis', 'comparison'},
    'cli': {
        'compat',
        'check_env',
        'config',
        'config_paths',
        'converters',
        'datasets',
        'engine',
        'prototypes',
        'analysis',
        'pruning',
        'steps',
        'e2vpt',
        'e2vpt_shapes',
        'protuning_shapes',
        'vpt_shapes',
        'quickstart',
    },
    '__main__': {'cli'},
    '__init__': {'version', 'compat', 'config_paths', 'multimodal', 'operators'},
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
        'steps.py',  # our own verbs
        'cli/host.py',  # tools of the hosts
        'config/tables.py',  # tables of configs
        'engine/distributed.py',  # asks Slurm for its nodes
    }
