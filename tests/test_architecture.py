"""Who may import whom: arrows point up the list of rooms only."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'mmvpt'
#: Rooms, and what they may take from the house besides themselves; a later room is never in an earlier one's list.
ROOMS: dict[str, set[str]] = {
    'version': set(),
    'text': set(),
    'env': set(),
    'operators': {'env'},
    'files': {'text'},
    'config': {'text', 'env', 'files'},
    'mmengine_patches': {'config'},
    'registry': {'mmengine_patches'},
    'layers': set(),
    'anatomy': {'layers'},
    'tuners': {'registry', 'files', 'layers', 'anatomy'},
    'delta': {'version', 'text', 'env', 'files', 'layers'},
    'models': {'version', 'text', 'files', 'config', 'registry', 'layers', 'anatomy', 'tuners', 'delta'},
    'datasets': {'version', 'text', 'files', 'config', 'registry'},
    'converters': {'text', 'version', 'files', 'config', 'layers'},
    'analysis': {'version', 'text', 'layers', 'files', 'config', 'registry', 'anatomy', 'models'},
    'papers': {'text', 'config', 'analysis'},
    'engine': {
        'version',
        'text',
        'files',
        'config',
        'registry',
        'layers',
        'tuners',
        'models',
        'delta',
        'datasets',
        'analysis',
    },
    'runs': {'files', 'config', 'engine', 'analysis'},
    'pruning': {
        'text',
        'layers',
        'files',
        'config',
        'registry',
        'tuners',
        'models',
        'delta',
        'datasets',
        'engine',
        'analysis',
        'runs',
    },
    'benchmark': {
        'version',
        'text',
        'env',
        'files',
        'config',
        'registry',
        'models',
        'delta',
        'datasets',
        'analysis',
        'papers',
        'engine',
        'runs',
        'pruning',
    },
    'cli': {
        'text',
        'env',
        'config',
        'models',
        'delta',
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


def file_of(name: str) -> Path | None:
    """The file of the package behind an absolute name of a module, or of something in it."""
    parts = name.split('.')[1:]
    for length in range(len(parts), 0, -1):
        place = PACKAGE.joinpath(*parts[:length])
        for file in (place.with_suffix('.py'), place / '__init__.py'):
            if file.is_file():
                return file
    return None


def find_circle(arrows: Mapping[Path, Iterable[Path]]) -> list[Path]:
    """Files of which each imports the next and the last the first; none of them where there is no circle."""
    sorter = TopologicalSorter(arrows)
    try:
        sorter.prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_files_import_each_other_in_no_circle() -> None:
    """Not for types alone either: imports under TYPE_CHECKING count."""
    arrows = {
        path: {file for name in imports(path) if name.startswith('mmvpt.') and (file := file_of(name))} - {path}
        for path in FILES
    }
    assert [str(path.relative_to(PACKAGE)) for path in find_circle(arrows)] == []


def test_each_host_has_one_file_that_imports_it() -> None:
    """Whatever may be missing from an installation is imported when a class of it turns up, and there alone."""
    folder = PACKAGE / 'anatomy' / 'hosts'
    optional = {file.stem for file in folder.glob('[!_]*.py')} - {'mmcv', 'mmpretrain'}
    importing = {(root, path) for path in FILES for name in imports(path) if (root := name.split('.')[0]) in optional}
    backbones = PACKAGE / 'models' / 'backbones'
    models_of_timm = {('timm', backbones / f'timm_{what}.py') for what in ('build', 'families', 'maps')}
    assert importing == {(host, folder / f'{host}.py') for host in optional} | models_of_timm


def test_layers_know_tensors_and_no_host() -> None:
    """Of MMCV they take builders of norms and activations, which are no backbones."""
    roots = {name.split('.')[0] for path in (PACKAGE / 'layers').glob('*.py') for name in imports(path)}
    assert roots - sys.stdlib_module_names - {'mmvpt'} == {'mmcv', 'mmengine', 'psutil', 'torch'}


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
        'runs/children.py',  # our own verbs
        'cli/host.py',  # tools of the hosts
        'config/tables.py',  # tables of configs
        'engine/distributed.py',  # asks Slurm for its nodes
    }
