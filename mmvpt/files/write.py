"""Files that are never seen half written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from mmengine.fileio import LocalBackend, register_backend
from safetensors.torch import save as safetensors_bytes
from torch import Tensor

from .fingerprint import fingerprint
from .paths import PathLike

DIGEST = 'digest'
METADATA_KEY = 'mmvpt'  # the only one: safetensors stores several in an order that changes from run to run


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
    except OSError as error:
        if error.errno and not error.filename:
            error.filename = str(path)  # an error of a write, unlike one of an open, names no file
        raise
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_safetensors(path: PathLike, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
    """Write tensors, JSON-able metadata and a digest of both; the same content always gives the same bytes."""
    copies = {name: tensor.detach().to('cpu', copy=True).contiguous() for name, tensor in tensors.items()}
    fields = json.loads(json.dumps(dict(metadata)))  # names in JSON are texts, which sort otherwise than numbers
    fields.pop(DIGEST, None)
    signed = {**fields, DIGEST: digest_of(fingerprint(copies), fields)}
    content = safetensors_bytes(copies, {METADATA_KEY: json.dumps(signed, sort_keys=True)})
    write_atomically(path, lambda file: file.write(content))


def digest_of(tensors: str, metadata: Mapping[str, Any]) -> str:
    """Hash the content of a file (SHA-256, hex), so that a reader sees every changed bit.

    Args:
        tensors: Their fingerprint.
        metadata: All but the digest itself.
    """
    fields = json.dumps(dict(metadata), sort_keys=True)
    return sha256(f'{tensors} {fields}'.encode()).hexdigest()


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
