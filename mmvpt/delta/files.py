"""Files of deltas: the deployment file, and the resume file next to it."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.fileio import register_backend
from torch import nn

from mmvpt.files.paths import PathLike
from mmvpt.files.read import read_checkpoint
from mmvpt.files.write import AtomicBackend, write_safetensors
from mmvpt.text.refused import Refused

from .format import as_json, is_delta
from .kind import DEPLOYMENT, note_source, require_sound_delta
from .ownership import Owned, note_run
from .state import base_fingerprints, delta_state_dict, describe_delta


def save_delta(path: PathLike, model: nn.Module, meta: Mapping[str, object] | None = None) -> None:
    """Write the deployment file of a model: its delta in ``.safetensors``, with metadata in JSON."""
    fingerprints = base_fingerprints(model)
    metadata = describe_delta(model, fingerprints) | dict(meta or {})
    write_safetensors(path, delta_state_dict(model, fingerprints), as_json(metadata))


def read_delta(path: PathLike) -> dict[str, Any]:
    """Read a delta from a deployment file or a resume file: ``{'state_dict': ..., 'meta': ...}``."""
    checkpoint = read_checkpoint(path)
    require_sound_delta(checkpoint, path)
    note_source(checkpoint, path)
    state_dict, meta = checkpoint.get('state_dict', {}), checkpoint.get('meta', {})
    if not is_delta(state_dict):
        raise Refused(f'{path} is no delta: no base_fingerprint. DeltaCheckpointHook writes deltas.')
    return dict(state_dict=state_dict, meta=meta)


@register_backend('mmvpt_delta')
class DeltaFiles(AtomicBackend):
    """Local files of a tuned run, of which something complete is there at every moment.

    Each resume file ``x.pth`` has a deployment file ``x.safetensors``. MMEngine's CheckpointHook
    removes an old file before it writes the new one; here, what it removes stays until :meth:`sweep`, and what this
    run did not write into its own folder stays for good.

    Args:
        folder: Of the checkpoints of the run.
        run: Its mark in its resume files.
    """

    def __init__(self, folder: str = '', run: str = '') -> None:
        self.owned = Owned(Path(folder), run)
        self.outdated: dict[Path, int | None] = {}

    def put(self, obj: bytes, filepath: PathLike) -> None:
        """Write the deployment file, then the resume file."""
        checkpoint = torch.load(io.BytesIO(obj), 'cpu', weights_only=False)  # bytes of this very process
        if DEPLOYMENT in checkpoint['meta']:
            metadata = checkpoint['meta'][DEPLOYMENT]
            write_safetensors(_deployment_file(filepath), checkpoint['state_dict'], metadata)
        super().put(obj, filepath)
        note_run(filepath, checkpoint)

    def remove(self, filepath: PathLike) -> None:
        """Note a resume file of this run as outdated."""
        path = self.owned.find(filepath)
        if path is not None:
            self.outdated[path] = _written_at(path)

    def rmtree(self, dir_path: PathLike) -> None:
        """Leave folders alone: no checkpoint of ours is one."""

    def sweep(self) -> None:
        """Remove what is outdated, unless it has been written again, together with its deployment file."""
        for path, written in self.outdated.items():
            if _written_at(path) == written:
                path.unlink(missing_ok=True)
                _deployment_file(path).unlink(missing_ok=True)
        self.outdated.clear()


def _deployment_file(path: PathLike) -> Path:
    return Path(path).with_suffix('.safetensors')


def _written_at(path: PathLike) -> int | None:
    return os.stat(path).st_mtime_ns if os.path.exists(path) else None
