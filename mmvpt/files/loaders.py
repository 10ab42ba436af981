"""Our readers of weights in the place of MMEngine's: importing this module hands them over.

``load_from``, ``init_cfg`` and the hosts' own tools then read files and URLs through them as well.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch
from mmengine.dist import barrier
from mmengine.runner.checkpoint import CheckpointLoader

from .read import MapLocation, read_checkpoint


@CheckpointLoader.register_scheme(prefixes='', force=True)
def load_from_file(filename: str, map_location: MapLocation = None) -> dict[str, Any]:
    """Read a checkpoint of this machine."""
    return read_checkpoint(filename, map_location)


@CheckpointLoader.register_scheme(prefixes=['http://', 'https://'], force=True)
def load_from_url(url: str, map_location: MapLocation = None) -> dict[str, Any]:
    """Download a checkpoint once per machine, into the folder of ``torch.hub``, and read it."""
    path = Path(torch.hub.get_dir(), 'checkpoints', Path(urlparse(url).path).name)
    if os.environ.get('LOCAL_RANK', '0') == '0' and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path))
    barrier()
    return read_checkpoint(path, map_location)
