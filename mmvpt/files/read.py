"""Weights out of files, read without running code that those may carry."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from mmvpt.text.refused import Refused

from .archive import check_npz, check_torch_archive
from .fingerprint import fingerprint
from .header import Header, fingerprint_of_file, read_header
from .paths import PathLike, existing_file
from .refuse import COPY_AGAIN, refuse
from .unpickle import load_plain, wanted_type
from .write import DIGEST, METADATA_KEY, digest_of

ALLOW_PICKLE = 'MMVPT_ALLOW_PICKLE'

MapLocation = Any  # what torch.load accepts


def read_checkpoint(path: PathLike, map_location: MapLocation = 'cpu') -> dict[str, Any]:
    """Read a file of weights without running code that it may carry.

    Args:
        path: ``.safetensors`` and ``.npz`` by their suffix; everything else is a file of ``torch.save``.
        map_location: As in ``torch.load``. Unless it is a device or the name of one, the tensors of
            ``.safetensors`` and ``.npz`` stay on the CPU.

    Returns:
        ``{'state_dict': tensors, 'meta': metadata}`` of a ``.safetensors``, ``{'state_dict': tensors}`` of an
        ``.npz``, the pickled dict itself otherwise.
    """
    path = existing_file(path)
    read = _READERS.get(path.suffix, _read_pickle)
    try:
        return read(path, map_location)
    except Refused:
        raise
    except Exception as error:  # damaged bytes fail in as many ways as there are parsers
        raise _unreadable(path, error) from error


def read_metadata(path: PathLike) -> dict[str, Any]:
    """Read the metadata of a ``.safetensors`` file, and none of its tensors."""
    path = existing_file(path)
    try:
        with safe_open(path, 'pt') as file:
            meta = _decode_metadata(file.metadata())
    except Exception as error:
        raise _unreadable(path, error) from error
    meta.pop(DIGEST, None)
    return meta


class NotPlainWeights(Refused):
    """A sound file that holds something else than plain tensors and containers."""


def _unreadable(path: Path, error: Exception) -> Refused:
    unpickler = str(error).rpartition('WeightsUnpickler error: ')[2]  # what torch.load wraps in advice
    reason = re.split(r'\.\s|\n', unpickler.strip())[0].rstrip('.') or type(error).__name__
    return Refused(
        f'Cannot read {path} ({path.stat().st_size} bytes): {reason}. It is cut short, damaged, or not what '
        'its suffix says. Compare its size with the original and copy, download or save it again.'
    )


def _read_safetensors(path: Path, map_location: MapLocation) -> dict[str, Any]:
    header = read_header(path)
    if header is not None:
        _require_as_saved(path, header)
    with safe_open(path, 'pt') as file:
        tensors = {name: _move(file.get_tensor(name), map_location) for name in file.keys()}
        meta = _decode_metadata(file.metadata())
    meta.pop(DIGEST, None)
    return {'state_dict': tensors, 'meta': meta}


def _require_as_saved(path: Path, header: Header) -> None:
    """Refuse a file of ours of which a bit changed, before its tensors take memory; others have no digest."""
    meta = _decode_metadata(header.metadata)
    digest = meta.pop(DIGEST, None)
    if digest is None:
        return
    found = fingerprint_of_file(path, header)
    if found is None:
        with safe_open(
            path, 'pt'
        ) as file:  # says what is wrong in the header, or knows kinds of numbers that we do not
            found = fingerprint({name: file.get_tensor(name) for name in file.keys()})
    if digest != digest_of(found, meta):
        raise refuse(path, 'its bytes are not those that were saved', COPY_AGAIN)


def _read_npz(path: Path, map_location: MapLocation) -> dict[str, Any]:
    check_npz(path)
    with np.load(path, allow_pickle=False) as arrays:
        tensors = {name: _move(torch.from_numpy(arrays[name]), map_location) for name in arrays.files}
        return {'state_dict': tensors}


def _read_pickle(path: Path, map_location: MapLocation) -> dict[str, Any]:
    if is_zipfile(path):
        check_torch_archive(path)
    if _pickle_allowed():
        checkpoint = torch.load(path, map_location, weights_only=False)
    else:
        checkpoint = _load_plain(path, map_location)
    if not isinstance(checkpoint, dict):
        kind = type(checkpoint).__name__
        raise NotPlainWeights(f'{path} holds a {kind}, not a dict of weights. Save its state_dict() instead.')
    if 'state_dict' not in checkpoint and not all(isinstance(name, str) for name in checkpoint):
        raise NotPlainWeights(f'{path}: its names are no texts. Save a state_dict() instead.')
    state = checkpoint.get('state_dict', {})
    if not isinstance(state, Mapping) or not all(isinstance(name, str) for name in state):
        raise NotPlainWeights(f'{path}: its state_dict is not tensors by name. Save a state_dict() there.')
    if not isinstance(checkpoint.get('meta', {}), Mapping):
        raise NotPlainWeights(f'{path}: its meta is not fields by name. {COPY_AGAIN}')
    return checkpoint


def _load_plain(path: Path, map_location: MapLocation) -> object:
    try:
        return load_plain(path, map_location)
    except Refused:
        raise
    except Exception as error:
        wanted = wanted_type(error)
        if wanted is None:
            raise
        raise NotPlainWeights(
            f'{path} wants {wanted}, which is neither a tensor nor a plain container; loading it could '
            'run any code. Only if you trust who made the file: pass --allow-pickle to a tool of mmvpt, or '
            f'set {ALLOW_PICKLE}=1.'
        ) from error


_READERS = {'.safetensors': _read_safetensors, '.npz': _read_npz}


def _pickle_allowed() -> bool:
    return os.environ.get(ALLOW_PICKLE) == '1'


def _decode_metadata(raw: Mapping[str, str] | None) -> dict[str, Any]:
    raw = raw or {}
    meta = json.loads(raw[METADATA_KEY]) if METADATA_KEY in raw else dict(raw)
    if not isinstance(meta, dict):
        raise ValueError(f'its metadata are a {type(meta).__name__}, not fields by name')
    return meta


def _move(tensor: Tensor, map_location: MapLocation) -> Tensor:
    return tensor.to(map_location) if isinstance(map_location, str | torch.device) else tensor
