"""The header of a ``.safetensors`` file, read before its tensors take memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch

from .fingerprint import Bits, HashedPart, hash_parts
from .refuse import COPY_AGAIN, refuse

#: Bytes of the longest header that the library takes.
LONGEST_HEADER = 100_000_000
_LENGTH = 8
_CHUNK = 1 << 20
_METADATA = '__metadata__'
#: Kinds of numbers, as the file calls them.
_KINDS = {
    'F64': torch.float64,
    'F32': torch.float32,
    'F16': torch.float16,
    'BF16': torch.bfloat16,
    'F8_E4M3': torch.float8_e4m3fn,
    'F8_E5M2': torch.float8_e5m2,
    'F8_E8M0': torch.float8_e8m0fnu,
    'F8_E4M3FNUZ': torch.float8_e4m3fnuz,
    'F8_E5M2FNUZ': torch.float8_e5m2fnuz,
    'C64': torch.complex64,
    'U64': torch.uint64,
    'I64': torch.int64,
    'U32': torch.uint32,
    'I32': torch.int32,
    'U16': torch.uint16,
    'I16': torch.int16,
    'I8': torch.int8,
    'U8': torch.uint8,
    'BOOL': torch.bool,
}


@dataclass(frozen=True)
class Header:
    """What a file says of its content.

    Args:
        entries: Of the tensors, by name.
        metadata: Texts by name.
        start: Where the tensors begin.
    """

    entries: Mapping[str, Mapping[str, Any]]
    metadata: Mapping[str, str]
    start: int


def read_header(path: Path) -> Header | None:
    """Read the header, and refuse one with a name twice, of which the library takes the last.

    Returns:
        None where there is none; the library says what is wrong there.
    """
    with open(path, 'rb') as file:
        length = int.from_bytes(file.read(_LENGTH), 'little')
        if length > min(path.stat().st_size, LONGEST_HEADER):
            return None
        text = file.read(length)
    try:
        header = json.loads(text, object_pairs_hook=_require_once)
    except _Twice as error:
        raise refuse(path, f'its header has the name {str(error)!r} twice', COPY_AGAIN) from error
    except (ValueError, RecursionError):
        return None
    metadata = header.pop(_METADATA, {}) if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or not all(isinstance(entry, dict) for entry in header.values()):
        return None
    return Header(header, metadata, _LENGTH + length)


class _Twice(Exception):
    """A name that is there twice."""


def _require_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def fingerprint_of_file(path: Path, header: Header) -> str | None:
    """The fingerprint of the tensors in a file, a megabyte at a time; None where we cannot read its header."""
    try:
        with open(path, 'rb') as file:
            return hash_parts(_parts(file, header))
    except (KeyError, TypeError, ValueError, OverflowError, OSError):  # the library says what is wrong
        return None


def _parts(file: BinaryIO, header: Header) -> Iterator[HashedPart]:
    for name, entry in sorted(header.entries.items()):
        start, end = entry['data_offsets']
        chunks = _chunks(file, header.start + start, end - start)
        yield name, _KINDS[entry['dtype']], tuple(entry['shape']), chunks


def _chunks(file: BinaryIO, start: int, size: int) -> Iterator[Bits]:
    file.seek(start)
    buffer = memoryview(bytearray(min(size, _CHUNK)))
    while size > 0:
        read = file.readinto(buffer[:size])  # type: ignore[attr-defined]
        if not read:
            raise ValueError('the file is too short')
        yield buffer[:read]
        size -= read
