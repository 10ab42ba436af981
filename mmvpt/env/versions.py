"""Versions that were tested together, versions that are known to fail, and commands that repair them."""

from __future__ import annotations

import operator
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path

PIP = f'{sys.executable} -m pip'


@dataclass(frozen=True)
class Package:
    """A package: its distribution, the tested version, and the tasks that need it."""

    name: str
    tested: str
    tasks: tuple[str, ...] = ('cls', 'seg', 'det')
    upstream: str = ''  # OpenMMLab's distribution of the same modules, where `name` is OneDL's

    @property
    def names(self) -> tuple[str, ...]:
        """The distributions with its modules."""
        return (self.name, self.upstream) if self.upstream else (self.name,)


@dataclass(frozen=True)
class Clash:
    """Versions, by distribution, that do not work together."""

    versions: Mapping[str, tuple[str, str]]
    reason: str
    remedy: str
    tasks: tuple[str, ...] = ('cls', 'seg', 'det')


@dataclass(frozen=True)
class Problem:
    """A problem, the tasks that do not run because of it, and the command that solves it."""

    what: str
    fix: str
    tasks: tuple[str, ...] = ('cls', 'seg', 'det')


PACKAGES = (
    Package('torch', '2.11.0'),
    Package('torchvision', '0.26.0'),
    Package('numpy', '2.2.6'),
    Package('safetensors', '0.8.0'),
    Package('onedl-mmengine', '0.10.12', upstream='mmengine'),
    Package('onedl-mmcv', '2.3.6', upstream='mmcv'),
    Package('onedl-mmpretrain', '1.3.6', upstream='mmpretrain'),
    Package('onedl-mmsegmentation', '1.4.2', ('seg',), upstream='mmsegmentation'),
    Package('onedl-mmdetection', '3.5.1', ('det',), upstream='mmdet'),
)
COMPARISONS = {'<': operator.lt, '<=': operator.le, '>=': operator.ge}
TESTED = {package.name: package.tested for package in PACKAGES}
TESTED_OPENCV = '4.12.0.88'  # opencv-python and opencv-python-headless share their files: keep their versions equal

CLASHES = (
    Clash(
        {'torch': ('<', '2.6')},
        'before torch 2.6 a .pth file could run code even where only weights are read (CVE-2025-32434)',
        f'{PIP} install torch=={TESTED["torch"]} torchvision=={TESTED["torchvision"]}',
    ),
    Clash(
        {'mmengine': ('<=', '0.10.7'), 'torch': ('>=', '2.6')},
        'upstream mmengine up to 0.10.7 cannot read its own checkpoints with torch 2.6 or newer',
        f'{PIP} uninstall -y mmengine && {PIP} install onedl-mmengine=={TESTED["onedl-mmengine"]}',
    ),
    Clash(
        {'mmcv': ('>=', '2.2'), 'mmdet': ('<=', '3.3.0')},
        'upstream mmdet up to 3.3.0 refuses mmcv 2.2 and newer',
        f'{PIP} install --no-cache-dir mmcv==2.1.0',
        ('det',),
    ),
    Clash(
        {'mmcv': ('>=', '2.2'), 'mmsegmentation': ('<=', '1.2.2')},
        'upstream mmsegmentation up to 1.2.2 refuses mmcv 2.2 and newer',
        f'{PIP} install --no-cache-dir mmcv==2.1.0',
        ('seg',),
    ),
    Clash(
        {'onedl-mmpretrain': ('<=', '1.3.6'), 'transformers': ('>=', '5')},
        'the multimodal models of mmpretrain do not run together with it, and mmvpt leaves them out',
        f"{PIP} install 'transformers<5'  # if you want these models; mmvpt uses none of them",
        (),
    ),
)

_MMCV = f'--no-cache-dir onedl-mmcv=={TESTED["onedl-mmcv"]}'  # the cache may hold one compiled for another torch
WITHOUT_OPS = f'{PIP} install {_MMCV}'
REMOVE_OPS = f'{PIP} install --force-reinstall --no-deps {_MMCV}'
WITH_OPS = (
    f"{PIP} install 'setuptools<81' wheel ninja && CFLAGS=-g0 CXXFLAGS=-g0 {PIP} install "
    f'--force-reinstall --no-deps --no-build-isolation {_MMCV}'
)


def installed_versions() -> dict[str, str]:
    """Return the version of every distribution named in the tables that is installed."""
    names = {name for package in PACKAGES for name in package.names} | {
        name for clash in CLASHES for name in clash.versions
    }
    return {name: found for name in sorted(names) if (found := distribution_version(name))}


def find_problems(installed: Mapping[str, str]) -> list[Problem]:
    """Return the problems of these versions: missing packages, clashes, two families at once."""
    return [*_two_families(installed), *_clashes(installed), *_missing(installed)]


def find_untested(installed: Mapping[str, str]) -> list[str]:
    """Return the packages whose series (major and minor version) was not tested."""
    return [
        f'{name} {installed[name]} (tested: {package.name} {package.tested})'
        for package in PACKAGES
        for name in package.names
        if name in installed and (name != package.name or _series(installed[name]) != _series(package.tested))
    ]


def is_check_env(words: Sequence[str]) -> bool:
    """Return whether a command line is ``mmvpt check_env`` or its earlier form ``python -m mmvpt.check_env``."""
    return 'mmvpt.check_env' in words or any(
        Path(program).name == 'mmvpt' and verb == 'check_env' for program, verb in pairwise(words)
    )


def check_versions() -> None:
    """Raise an error for versions that are known to fail, and warn about untested ones."""
    installed = installed_versions()
    broken = [problem for problem in find_problems(installed) if 'cls' in problem.tasks]
    if broken:
        raise ImportError('\n'.join(f'{problem.what}. To solve it: {problem.fix}' for problem in broken))
    untested = find_untested(installed)
    if untested:
        warnings.warn(
            f'mmvpt was not tested with {", ".join(untested)}. It may work; '
            '`python -m mmvpt check_env` prints all versions.',
            stacklevel=3,
        )


def missing_ops() -> str | None:
    """Return why the operators of mmcv cannot be used, or None if they can, compiled or from torchvision."""
    import_module('torch')  # a compiled mmcv._ext links against its libraries
    try:
        import_module('mmcv._ext')
    except ImportError as error:
        return str(error)
    return None


def _two_families(installed: Mapping[str, str]) -> Iterator[Problem]:
    for package in PACKAGES:
        if package.name in installed and package.upstream in installed:
            both = [f'{name} {installed[name]}' for name in package.names]
            yield Problem(
                f'{both[0]} and {both[1]} are installed over each other: they own the same files',
                f'{PIP} uninstall -y {package.name} {package.upstream} && '
                f'{PIP} install --no-cache-dir {package.name}=={package.tested}',
            )


def _clashes(installed: Mapping[str, str]) -> Iterator[Problem]:
    for clash in CLASHES:
        if all(_fits(installed.get(name), wanted) for name, wanted in clash.versions.items()):
            found = ' with '.join(f'{name} {installed[name]}' for name in clash.versions)
            yield Problem(f'{found}: {clash.reason}', clash.remedy, clash.tasks)


def _missing(installed: Mapping[str, str]) -> Iterator[Problem]:
    for package in PACKAGES:
        if not any(name in installed for name in package.names):
            flag = '--no-cache-dir ' if package.name == 'onedl-mmcv' else ''
            fix = f'{PIP} install {flag}{package.name}=={package.tested}'
            yield Problem(f'{package.name} is not installed', fix, package.tasks)


def distribution_version(distribution: str) -> str | None:
    """Return the installed version of a distribution, or None."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _fits(found: str | None, wanted: tuple[str, str]) -> bool:
    comparison, bound = wanted
    return found is not None and COMPARISONS[comparison](_release(found), _release(bound))


def _series(found: str) -> tuple[int, ...]:
    return _release(found)[:2]


def _release(found: str) -> tuple[int, ...]:
    numbers = re.match(r'[\d.]*', found)
    return tuple(int(number) for number in numbers[0].split('.') if number) if numbers else ()
