"""Which version of a base a config starts from."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from mmengine.config import Config

from mmvpt.files.bases import SCHEME, find_base


def base_version_of(cfg: Config) -> str:
    """A hash of the file of the backbone; empty where it is random, or not on this machine."""
    backbone = cfg.model.get('backbone', {})
    init = backbone.get('init_cfg') or backbone.get('backbone', {}).get('init_cfg') or {}
    checkpoint = str(init.get('checkpoint', ''))
    path = find_base(checkpoint) if checkpoint.startswith(SCHEME) else Path(checkpoint)
    return _hash(path.resolve(), path.stat().st_mtime_ns) if path.is_file() else ''


@lru_cache
def _hash(path: Path, changed: int) -> str:
    """A hash of a file as it was when it was changed last."""
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()
