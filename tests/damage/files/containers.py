"""Files taken apart and put together by hand, so that no library refuses to write what is wrong."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from safetensors.torch import load
from torch import Tensor

LENGTH = struct.Struct('<Q')  # in front of the header of a .safetensors
METADATA = '__metadata__'
OUR_KEY = 'mmvpt'

Header = dict[str, object]


def split(content: bytes) -> tuple[Header, bytes]:
    """Header and payload of a ``.safetensors``."""
    (length,) = LENGTH.unpack(content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def join(header: Header | bytes, payload: bytes, length: int | None = None) -> bytes:
    """A ``.safetensors`` of a header as it is or a dict, whatever it claims."""
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    return LENGTH.pack(len(text) if length is None else length) + text + payload


def content_of(path: Path) -> tuple[dict[str, Tensor], dict[str, object]]:
    """Tensors, in the order of their names, and our metadata of a true ``.safetensors``, without its digest.

    Whoever changes a file can write another digest: what is wrong has to be seen without it.
    """
    content = path.read_bytes()
    raw = split(content)[0].get(METADATA)
    metadata = json.loads(raw[OUR_KEY]) if isinstance(raw, dict) else {}
    metadata.pop('digest', None)
    return dict(sorted(load(content).items())), metadata


def ours(tensors: Mapping[str, Tensor], metadata: Mapping[str, object]) -> bytes:
    """A ``.safetensors`` as mmvpt writes it, with what it adds by itself."""
    write = import_module('mmvpt.checkpoint').write_safetensors
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'file.safetensors')
        write(path, tensors, metadata)
        return path.read_bytes()


def with_metadata(content: bytes, metadata: object) -> bytes:
    """A ``.safetensors`` whose metadata of ours are other JSON, or text that is none."""
    header, payload = split(content)
    text = metadata if isinstance(metadata, str) else json.dumps(metadata)
    return join({**header, METADATA: {OUR_KEY: text}}, payload)


def members(content: bytes) -> dict[str, bytes]:
    """Files in a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def as_zip(files: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', compression) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return buffer.getvalue()


def as_pth(pickled: bytes, storages: Mapping[str, bytes] | None = None) -> bytes:
    """A file of ``torch.save`` with any pickle in it."""
    data = {f'archive/data/{key}': value for key, value in (storages or {}).items()}
    return as_zip({'archive/data.pkl': pickled, 'archive/byteorder': b'little', **data, 'archive/version': b'3\n'})


def same_zip(one: bytes, other: bytes) -> bool:
    """Whether two zips hold the same, apart from what readers of weights do not read."""
    idle = ('version', 'byteorder', 'serialization_id', '.format_version', '.storage_alignment')
    try:
        before, after = ({k: v for k, v in members(it).items() if not k.endswith(idle)} for it in (one, other))
    except Exception:  # any damage of a zip
        return False
    return before == after
