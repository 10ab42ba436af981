"""Packages whose backbones mmvpt knows: one file for each, with the anatomies and attentions of its classes.

A file is imported when a class of its package turns up, so a package that is not installed does no harm. The files are
found by their names: a new one needs no entry in a list.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

_seen: set[str] = set()


def learn_host_of(kind: type) -> bool:
    """Import the files of the packages that a class or its bases come from; say whether that was news."""
    roots = {base.__module__.partition('.')[0] for base in kind.__mro__}
    learnt = [_learn(root) for root in sorted(roots - _seen)]  # all of them, not the first alone
    return any(learnt)


def learn_installed_hosts() -> None:
    """Import the file of each package that is installed."""
    for host in iter_modules(__path__):
        if host.name not in _seen and find_spec(host.name):
            with suppress(ImportError):  # MMCV's compiled operators do not load
                _learn(host.name)


def _learn(root: str) -> bool:
    """Import the file of a package, if there is one."""
    _seen.add(root)
    name = f'{__name__}.{root}'
    if find_spec(name) is None:
        return False
    import_module(name)
    return True
