"""Files of weights: read without trusting them, written whole or not at all, told apart by a fingerprint.

Importing this module hands MMEngine these readers for files and URLs, so that ``load_from``, ``init_cfg`` and
the hosts' own tools read through them as well.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlparse

import numpy as np
import torch
from mmengine.dist import barrier
from mmengine.fileio import LocalBackend, register_backend
from mmengine.logging.history_buffer import HistoryBuffer
from mmengine.runner.checkpoint import CheckpointLoader
from safetensors import safe_open
from safetensors.torch import save as safetensors_bytes
from torch import Tensor, nn

__all__ = [
    'ALLOW_PICKLE',
    'AtomicBackend',
    'KeyReport',
    'fingerprint',
    'load_matching',
    'read_checkpoint',
    'read_metadata',
    'write_atomically',
    'write_safetensors',
]

ALLOW_PICKLE = 'MMVPT_ALLOW_PICKLE'
METADATA_KEY = 'mmvpt'  # the only one: safetensors stores several in an order that changes from run to run

PathLike = str | os.PathLike[str]
MapLocation = Any  # what torch.load accepts
Resize = Callable[[str, Tensor, Tensor], Tensor | None]


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
    path = _existing(path)
    read = _READERS.get(path.suffix, _read_pickle)
    try:
        return read(path, map_location)
    except NotPlainWeights:
        raise
    except Exception as error:  # damaged bytes fail in as many ways as there are parsers
        raise _unreadable(path, error) from error


def read_metadata(path: PathLike) -> dict[str, Any]:
    """Read the metadata of a ``.safetensors`` file, and none of its tensors."""
    path = _existing(path)
    try:
        with safe_open(path, 'pt') as file:
            return _decode_metadata(file.metadata())
    except Exception as error:
        raise _unreadable(path, error) from error


class NotPlainWeights(ValueError):
    """A sound file that holds something else than plain tensors and containers."""


def _existing(path: PathLike) -> Path:
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'No checkpoint at {path}. A relative path starts at {Path.cwd()}.')
    return path


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


def write_atomically(path: PathLike, write: Callable[[BinaryIO], object]) -> None:
    """Let ``write`` fill a new file and put it in the place of ``path`` only once it is safe on the disk."""
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.partial')  # what a killed process left is overwritten
    try:
        with open(temporary, 'wb') as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_safetensors(path: PathLike, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
    """Write tensors and JSON-able metadata; the same content always gives the same bytes."""
    copies = {name: tensor.detach().to('cpu', copy=True).contiguous() for name, tensor in tensors.items()}
    content = safetensors_bytes(copies, {METADATA_KEY: json.dumps(metadata, sort_keys=True)})
    write_atomically(path, lambda file: file.write(content))


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)  # the new name must outlive a power cut too
    finally:
        os.close(descriptor)


@register_backend('mmvpt_atomic')
class AtomicBackend(LocalBackend):
    """Local files that are never seen half written: ``backend_args=dict(backend='mmvpt_atomic')``."""

    def put(self, obj: bytes, filepath: PathLike) -> None:
        """Write bytes."""
        write_atomically(filepath, lambda file: file.write(obj))

    def put_text(self, obj: str, filepath: PathLike, encoding: str = 'utf-8') -> None:
        """Write text."""
        self.put(obj.encode(encoding), filepath)


def fingerprint(tensors: Mapping[str, Tensor]) -> str:
    """Hash names, dtypes, shapes and bits (SHA-256, hex), whatever the order, the device or the strides."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach()
        digest.update(repr((name, str(tensor.dtype), tuple(tensor.shape))).encode())
        bits = tensor.cpu().contiguous().reshape(-1).view(torch.uint8)  # numpy knows no bfloat16
        digest.update(bits.numpy().data)
    return digest.hexdigest()


@dataclass
class KeyReport:
    """How the names of a file met the names of a module.

    Args:
        matched: Loaded as they are.
        missing: In the module, not in the file.
        unexpected: In the file, not in the module.
        resized: Loaded after a change of shape.
        mismatched: In both, of shapes that nothing reconciled; not loaded.
        spared: Missing as well, and allowed to be: they keep their start.
    """

    matched: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    resized: list[str] = field(default_factory=list)
    mismatched: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The part of the module's names that got a value."""
        loaded = len(self.matched) + len(self.resized)
        wanted = loaded + len(self.missing) + len(self.mismatched)
        return loaded / wanted if wanted else 1.0

    def require(self, minimum: float, source: str) -> None:
        """Raise a ``ValueError`` with the whole report if less than ``minimum`` of the names got a value."""
        if self.share < minimum:
            raise ValueError(
                f'{source} fills {self.share:.1%} of the model; at least {minimum:.0%} is required.\n{self}\n'
                'Check that both are of the same architecture. Weights from elsewhere are first converted by '
                'tools/model_converters.'
            )

    def rows(self) -> dict[str, list[str]]:
        """Return the lists under the names they are printed with."""
        return {row.name: getattr(self, row.name) for row in fields(self)}

    def __str__(self) -> str:
        return '\n'.join(
            f'{title:<12} {len(names):>5}  {_shorten(names)}'.rstrip() for title, names in self.rows().items()
        )


def _shorten(names: Iterable[str], limit: int = 6) -> str:
    names = list(names)
    more = f', and {len(names) - limit} more' if len(names) > limit else ''
    return ', '.join(names[:limit]) + more


def load_matching(
    module: nn.Module,
    state_dict: Mapping[str, Tensor],
    *,
    source: str,
    minimum: float = 0.99,
    resize: Resize | None = None,
    optional: Sequence[str] = (),
) -> KeyReport:
    """Load what fits, say what did not, and refuse when too little did.

    Args:
        module: Its own load hooks act as usual, those that resize a position embedding for example.
        state_dict: Names as in ``module.state_dict()``.
        source: What to call the weights in an error, a path for example.
        minimum: The part of the module's names that must get a value.
        resize: ``resize(name, value, own)`` makes ``value`` fit ``own``, or returns None to leave it to the
            module's hooks.
        optional: Names of parts of the module that may be missing and then keep their start.
    """
    own = module.state_dict()
    misfits = {name for name, value in state_dict.items() if name in own and value.shape != own[name].shape}
    state = dict(state_dict)
    if resize is not None:
        resized = {name: resize(name, state[name], own[name]) for name in misfits}
        state.update((name, value) for name, value in resized.items() if value is not None)
    with _dropping_misfits(module) as dropped:
        keys = module.load_state_dict(state, strict=False)
    mismatched, missing = set(dropped), set(keys.missing_keys) - set(dropped)
    loaded = [name for name in own if name not in mismatched | missing]
    spared = {name for name in missing if name.startswith(tuple(f'{part}.' for part in optional))}
    report = KeyReport(
        matched=[name for name in loaded if name not in misfits],
        missing=[name for name in own if name in missing - spared],
        unexpected=list(keys.unexpected_keys),
        resized=[name for name in loaded if name in misfits],
        mismatched=[name for name in own if name in mismatched],
        spared=[name for name in own if name in spared],
    )
    report.require(minimum, source)
    return report


@contextlib.contextmanager
def _dropping_misfits(module: nn.Module) -> Iterator[list[str]]:
    """Take values of a wrong shape out of the state dict that the modules' own hooks did not mend."""
    dropped: list[str] = []

    def drop(owner: nn.Module, state: dict[str, Any], prefix: str, *_: object) -> None:
        for name, value in (*owner.named_parameters(recurse=False), *owner.named_buffers(recurse=False)):
            key = prefix + name
            if key in state and state[key].shape != value.shape:
                dropped.append(key)
                del state[key]

    handles = [child.register_load_state_dict_pre_hook(drop) for child in module.modules()]
    try:
        yield dropped
    finally:
        for handle in handles:
            handle.remove()


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
