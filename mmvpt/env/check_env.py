"""Check an environment: print what is installed and what was tested together, and how to repair problems."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType

from .finder import STAND_IN
from .versions import (
    PACKAGES,
    PIP,
    REMOVE_OPS,
    TESTED_OPENCV,
    WITH_OPS,
    WITHOUT_OPS,
    Package,
    Problem,
    distribution_version,
    find_problems,
    find_untested,
    installed_versions,
    missing_ops,
)

TASKS = {'cls': 'classification', 'seg': 'segmentation', 'det': 'detection'}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and every problem with its fix; return 1 if one of the tasks of the options cannot run."""
    return check(make_parser('python -m mmvpt check_env').parse_args(arguments).tasks)


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    parser.add_argument('--tasks', nargs='+', choices=TASKS, default=['cls', 'seg'], help='tasks that have to work')
    return parser


def check(tasks: Sequence[str]) -> int:
    """Print the table and every problem with its fix; return 1 if one of the tasks cannot run."""
    installed = installed_versions()
    problems = find_problems(installed)
    print(f'Python {platform.python_version()} ({sys.executable})\n')
    print(format_versions(installed, problems))
    importable = not any('cls' in problem.tasks for problem in problems)
    problems += _hardware(installed) if importable else []
    blocking = [problem for problem in problems if set(problem.tasks) & set(tasks)]
    for problem in problems:
        needed = f' (needed for {_names(problem.tasks)})' if problem.tasks else ''
        print(f'\n{"PROBLEM" if problem in blocking else "note"}: {problem.what}{needed}.\n  {problem.fix}')
    names = _names(tasks)
    print(
        f'\n{len(blocking)} problem(s): {names} will not run until they are solved.'
        if blocking
        else f'\nReady for {names}.'
    )
    return 1 if blocking else 0


def format_versions(installed: Mapping[str, str], problems: Sequence[Problem]) -> str:
    """Format a table of the packages: name, installed version, tested version, state."""
    rows: list[tuple[str, ...]] = [('package', 'installed', 'tested', 'state')]
    rows += [_row(package, installed, problems) for package in PACKAGES]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    line = '  '.join(f'{{:{width}}}' for width in widths)
    return '\n'.join(line.format(*row).rstrip() for row in rows)


def _row(package: Package, installed: Mapping[str, str], problems: Sequence[Problem]) -> tuple[str, ...]:
    here = {name: installed[name] for name in package.names if name in installed}
    shown = ' and '.join(found if name == package.name else f'{name} {found}' for name, found in here.items())
    return package.name, shown or '-', package.tested, _state(package, here, problems)


def _state(package: Package, here: Mapping[str, str], problems: Sequence[Problem]) -> str:
    if not here:
        return f'missing: needed for {_names(package.tasks)}'
    noted = [problem for name, found in here.items() for problem in problems if f'{name} {found}' in problem.what]
    if noted:
        return 'PROBLEM, see below' if any(problem.tasks for problem in noted) else 'note, see below'
    return 'untested' if find_untested(here) else 'ok'


def _hardware(installed: Mapping[str, str]) -> list[Problem]:
    """Import the packages with compiled parts, report on them, and return those that do not load."""
    torch = import_module('torch')
    gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    print(f'\nCUDA: {", ".join(gpus) or "no GPU"} (torch was built for {torch.version.cuda or "the CPU"})')
    headless = f'opencv-python-headless=={distribution_version("opencv-python") or TESTED_OPENCV}'
    broken = _imports('cv2', f'{PIP} install --force-reinstall --no-deps {headless}')
    broken = broken or _imports('mmcv', WITHOUT_OPS)
    return broken or _ops(gpus)


def _ops(gpus: Sequence[str]) -> list[Problem]:
    """Print which operators mmcv has, and return problems with them, or how they could be better."""
    reason = missing_ops()
    if reason:
        what = f"mmcv's compiled operators do not load: {reason}. Use torchvision's instead, or compile them again"
        return [Problem(what, f'{REMOVE_OPS}\n  {WITH_OPS}', ('det',))]
    operators = import_module('mmcv._ext')
    if operators.__file__ == str(STAND_IN):
        print(f"mmcv's operators: not compiled; torchvision's are used for {', '.join(_served(operators))}.")
        what = 'any other operator of mmcv says at its first call that it has to be compiled (g++; nvcc for a GPU)'
        return [Problem(what, WITH_OPS, ())]
    cuda = operators.get_compiling_cuda_version()
    print(f"mmcv's operators: compiled (CUDA: {cuda}).")
    if gpus and cuda == 'not available':
        what = 'mmcv has operators for the CPU only, and there is a GPU: with nvcc on the PATH, compile them again'
        return [Problem(what, WITH_OPS, ())]
    return []


def _served(operators: ModuleType) -> list[str]:
    """Return the names of the replaced operators, those with a backward pass once."""
    names = [name.removesuffix('_forward') for name in operators.__all__ if '_backward' not in name]
    return [name for name in names if not name.startswith('get_')]


def _imports(module: str, fix: str) -> list[Problem]:
    try:
        import_module(module)
    except Exception as error:
        return [Problem(f'`import {module}` fails: {type(error).__name__}: {error}', fix)]
    return []


def _names(tasks: Sequence[str]) -> str:
    return ', '.join(name for task, name in TASKS.items() if task in tasks)
