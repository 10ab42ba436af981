"""Our readers in the place of MMEngine's: importing this module hands them over.

``load_from``, ``init_cfg`` and the hosts' own tools then read files and URLs through them as well, and the text of a
config inside of a file is data.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import barrier
from mmengine.runner.checkpoint import CheckpointLoader

from .bases import SCHEME, read_base
from .config_types import config_of_text, download_of
from .read import MapLocation, read_checkpoint
from .tensors import require_any_tensor

#: Where MMEngine and the hosts look for the text of a config.
TEXTS = (('meta', 'cfg'), ('meta', 'config'), ('message_hub', 'runtime_info', 'cfg'))


@CheckpointLoader.register_scheme(prefixes='', force=True)
def load_from_file(filename: str, map_location: MapLocation = None) -> dict[str, Any]:
    """Read a checkpoint of this machine."""
    return read_checkpoint(filename, map_location)


@CheckpointLoader.register_scheme(prefixes=['http://', 'https://'], force=True)
def load_from_url(url: str, map_location: MapLocation = None) -> dict[str, Any]:
    """Download a checkpoint once per machine, into the folder of ``torch.hub``, and read it."""
    path = download_of(url)
    if os.environ.get('LOCAL_RANK', '0') == '0' and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path))
    barrier()
    return read_checkpoint(path, map_location)


@CheckpointLoader.register_scheme(prefixes=SCHEME, force=True)
def load_base(name: str, map_location: MapLocation = None) -> dict[str, Any]:
    """Read a base that comes with mmvpt; it is small, so it is read on the CPU."""
    return read_base(name)


#: Refuse a checkpoint that was read, by its path; rooms that know kinds of files add theirs.
CHECKPOINT_CHECKS: list[Callable[[object, str], None]] = [require_any_tensor]

Load = Callable[[type[CheckpointLoader], str, MapLocation, object], dict[str, Any]]
#: The file and the field that a text was read from, by the hash of the text.
_sources: dict[bytes, str] = {}


def _check(load: Load) -> Load:
    """Check what any loader read, and remember of each config in it that it came out of a file."""

    def load_checkpoint(
        cls: type[CheckpointLoader], filename: str, map_location: MapLocation = None, logger: object = 'current'
    ) -> dict[str, Any]:
        checkpoint = load(cls, filename, map_location, logger)
        for check in CHECKPOINT_CHECKS:
            check(checkpoint, filename)
        for field in TEXTS:
            if (text := _field_of(checkpoint, field)) is not None:
                _sources[_key(text)] = f'{filename}: {".".join(field)}'
        return checkpoint

    return load_checkpoint


def _field_of(part: object, field: tuple[str, ...]) -> str | None:
    for name in field:
        part = part.get(name) if isinstance(part, Mapping) else None
    return part if isinstance(part, str) else None


def _key(text: str) -> bytes:
    return sha256(text.encode('utf-8', 'surrogatepass')).digest()


def _read_as_data(run: Callable[[str, str], Config]) -> Callable[[str, str], Config]:
    """Make a config of text: one out of a file is data, any other text is a program, as MMEngine has it."""

    def fromstring(cfg_str: str, file_format: str) -> Config:
        source = _sources.get(_key(cfg_str))
        return run(cfg_str, file_format) if source is None else config_of_text(cfg_str, source)

    return fromstring


CheckpointLoader.load_checkpoint = classmethod(_check(CheckpointLoader.load_checkpoint.__func__))
Config.fromstring = staticmethod(_read_as_data(Config.fromstring))
