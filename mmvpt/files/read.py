"""Weights out of files, read without running code that those may carry."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging.history_buffer import HistoryBuffer
from safetensors import safe_open
from torch import Tensor

from .paths import PathLike, existing_file
from .write import METADATA_KEY

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
    except NotPlainWeights:
        raise
    except Exception as error:  # damaged bytes fail in as many ways as there are parsers
        raise _unreadable(path, error) from error


def read_metadata(path: PathLike) -> dict[str, Any]:
    """Read the metadata of a ``.safetensors`` file, and none of its tensors."""
    path = existing_file(path)
    try:
        with safe_open(path, 'pt') as file:
            return _decode_metadata(file.metadata())
    except Exception as error:
        raise _unreadable(path, error) from error


class NotPlainWeights(ValueError):
    """A sound file that holds something else than plain tensors and containers."""


def _unreadable(path: Path, error: Exception) -> ValueError:
    unpickler = str(error).rpartition('WeightsUnpickler error: ')[2]  # what torch.load wraps in advice
    reason = re.split(r'\.\s|\n', unpickler.strip())[0].rstrip('.') or type(error).__name__
    return ValueError(
        f'Cannot read {path} ({path.stat().st_size} bytes): {reason}. It is cut short, damaged, or not what '
        'its suffix says. Compare its size with the original and copy, download or save it again.'
    )


def _read_safetensors(path: Path, map_location: MapLocation) -> dict[str, Any]:
    with safe_open(path, 'pt') as file:
        tensors = {name: _move(file.get_tensor(name), map_location) for name in file.keys()}
        return {'state_dict': tensors, 'meta': _decode_metadata(file.metadata())}


def _read_npz(path: Path, map_location: MapLocation) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as arrays:
        tensors = {name: _move(torch.from_numpy(arrays[name]), map_location) for name in arrays.files}
        return {'state_dict': tensors}


def _read_pickle(path: Path, map_location: MapLocation) -> dict[str, Any]:
    if _pickle_allowed():
        checkpoint = torch.load(path, map_location, weights_only=False)
    else:
        checkpoint = _load_plain(path, map_location)
    if not isinstance(checkpoint, dict):
        kind = type(checkpoint).__name__
        raise NotPlainWeights(f'{path} holds a {kind}, not a dict of weights. Save its state_dict() instead.')
    return checkpoint


def _load_plain(path: Path, map_location: MapLocation) -> Any:
    try:
        with torch.serialization.safe_globals(_plain_types()):
            return torch.load(path, map_location, weights_only=True)
    except Exception as error:
        refused = re.search(r"(?:GLOBAL |got <class ')([\w.]+)", str(error))
        if refused is None:
            raise
        raise NotPlainWeights(
            f'{path} wants {refused[1]}, which is neither a tensor nor a plain container; loading it could '
            'run any code. Only if you trust who made the file: pass --allow-pickle to a tool of mmvpt, or '
            f'set {ALLOW_PICKLE}=1.'
        ) from error


_READERS = {'.safetensors': _read_safetensors, '.npz': _read_npz}


def _pickle_allowed() -> bool:
    return os.environ.get(ALLOW_PICKLE) == '1'


def _plain_types() -> list[Any]:
    """Harmless types beyond torch's own that MMEngine's Runner saves: numpy's, and histories of scalars."""
    array: Any = np.empty(0).__reduce__()[0]
    scalar: Any = np.float64(0).__reduce__()[0]
    rebuilders = [
        (rebuild, f'numpy.{core}.multiarray.{rebuild.__name__}')
        for rebuild in (array, scalar)
        for core in ('core', '_core')  # as numpy 1 and numpy 2 spell it
    ]
    codes = '?' + np.typecodes['AllInteger'] + np.typecodes['AllFloat'] + 'SU'
    dtypes = [type(np.dtype(code)) for code in codes]
    return [
        *rebuilders,
        *dtypes,
        np.ndarray,
        np.dtype,
        HistoryBuffer,
        (_method_of_history, 'builtins.getattr'),
    ]


def _method_of_history(owner: object, name: str) -> Any:
    """Stand in for ``getattr`` in a pickle; HistoryBuffer needs it for its own methods, nothing else does."""
    if owner is HistoryBuffer and name in ('min', 'max', 'current', 'mean'):
        return getattr(HistoryBuffer, name)
    raise NotPlainWeights(f'A pickled getattr reaches for {name!r} of {owner!r}, which weights do not need.')


def _decode_metadata(raw: Mapping[str, str] | None) -> dict[str, Any]:
    raw = raw or {}
    return json.loads(raw[METADATA_KEY]) if METADATA_KEY in raw else dict(raw)


def _move(tensor: Tensor, map_location: MapLocation) -> Tensor:
    return tensor.to(map_location) if isinstance(map_location, str | torch.device) else tensor
