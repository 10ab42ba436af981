"""What a config out of a file may name: registered classes, and files of this machine."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from urllib.parse import urlparse

import torch
from mmengine import registry as roots
from mmengine.config import Config
from mmengine.config.utils import MODULE2PACKAGE
from mmengine.registry import DefaultScope, Registry

from .config_text import GIVE_CONFIG, as_literal
from .refuse import refuse

#: Parts of a config that tools build of it; what else holds an unknown name is left out.
NEEDED_PARTS = ('model', 'data_preprocessor', 'test_dataloader', 'test_pipeline', 'tta_model', 'visualizer')
#: Parts that load weights when they are built.
BUILT = ('model', 'tta_model')
#: Modules that MMEngine would import.
IMPORTS = 'custom_imports'


def config_of_text(text: str, source: str) -> Config:
    """Make a config of text out of a file; nothing that it names is run, imported or asked of the network.

    Args:
        text: As MMEngine saves it.
        source: The file and the field that it is from, for messages.
    """
    config = as_literal(text, source)
    config.pop(IMPORTS, None)
    kept = {name: part for name, part in config.items() if _is_known(name, part, source)}
    return Config(kept | {name: _without_addresses(kept[name], source) for name in BUILT if name in kept})


def _is_known(name: str, part: object, source: str) -> bool:
    """Whether all types of a part are registered; a part that is needed is refused otherwise."""
    unknown = next((word for word in _words({name: part}) if not _is_registered(word)), None)
    if unknown is not None and name in NEEDED_PARTS:
        raise refuse(
            f'{source}: {name}',
            f'{unknown!r} is no registered class, and what a file names is not imported',
            f'Import the module that registers it first, if you trust it. {GIVE_CONFIG}',
        )
    return unknown is None


def _words(part: object) -> Iterator[str]:
    """Names by which a registry finds a class or a scope, anywhere in a config."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == 'type' and isinstance(value, str):
                yield value
            elif key in ('_scope_', 'default_scope') and isinstance(value, str):
                yield f'{value}.'
            else:
                yield from _words(value)
    elif isinstance(part, list | tuple):
        for item in part:
            yield from _words(item)


def _is_registered(word: str) -> bool:
    """Look a name such as ``FCNHead``, ``mmseg.FCNHead``, ``mmseg.models.FCNHead`` or the scope ``mmseg.`` up."""
    scope, _, last = word.rpartition('.')
    current = DefaultScope.get_current_instance()
    scopes = {scope} if scope else {'mmengine', current.scope_name if current else 'mmengine'}
    if _is_there(scopes, scope, last):
        return True
    for host in {name.partition('.')[0] for name in scopes} & MODULE2PACKAGE.keys():
        _bring(host)
    return _is_there(scopes, scope, last)


def _is_there(scopes: set[str], scope: str, last: str) -> bool:
    places = [place for place in _registries() if place.scope in scopes]
    named = any(last in place.module_dict for place in places)
    return named or bool(places and not last) or _is_path_of_class(scope, last)


def _bring(host: str) -> None:
    """Let a host that MMEngine knows register its own classes."""
    with suppress(ImportError):
        import_module(f'{host}.registry')
        for place in _registries():
            if place.scope == host:
                place.import_from_location()


def _is_path_of_class(module: str, name: str) -> bool:
    """Whether an imported module has a registered class by this name, as configs in pure Python spell it."""
    found = getattr(sys.modules.get(module), name, None)
    return found is not None and any(found is one for place in _registries() for one in place.module_dict.values())


def _registries() -> list[Registry]:
    found = [root for root in vars(roots).values() if isinstance(root, Registry)]
    return found + [child for root in found for child in root.children.values()]


def _without_addresses(part: object, source: str) -> object:
    """The same part, with the files in place of addresses that were downloaded before."""
    if isinstance(part, Mapping):
        return {key: _without_addresses(value, source) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return type(part)(_without_addresses(item, source) for item in part)
    if isinstance(part, str) and re.match(r'[\w+.-]+://', part):
        return _downloaded(part, source)
    return part


def _downloaded(address: str, source: str) -> str:
    file = download_of(address)
    if file.is_file():
        return str(file)
    raise refuse(
        source,
        f'{address} is an address, and what a file names is not downloaded',
        f'Download it to {file}, if you trust it. {GIVE_CONFIG}',
    )


def download_of(address: str) -> Path:
    """Where a download is kept: the folder of ``torch.hub``."""
    return Path(torch.hub.get_dir(), 'checkpoints', Path(urlparse(address).path).name)
