"""Damage that knows nothing of weights: cut, flipped, and lengths and offsets that lie."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from .case import Damage, Depth, Right, whole
from .containers import LENGTH, METADATA, Header, join, same_zip, split

GIGABYTES = 3 << 30
#: Whether damaged content means what the true content means.
Same = Callable[[bytes, bytes], bool]


def damages(content: bytes, suffix: str, rng: Random, sealed: bool) -> Iterator[Damage]:
    """Damage the bytes of a file.

    Args:
        content: Of the true file.
        suffix: Its suffix.
        rng: Where to flip.
        sealed: Whether it is a file of ours, which must know its bytes; in others changed numbers cannot be seen.
    """
    for name, damaged, expected in _cut(content, suffix, rng):
        yield _damage(name, damaged, suffix, expected)
    for name, damaged in _flipped(content, suffix, rng):
        yield _damage(name, damaged, suffix, _right(content, damaged, suffix, sealed))
    if suffix == '.safetensors':
        for name, damaged in _lying(content):
            yield _damage(name, damaged, suffix, Right.REFUSE)
        yield Damage('', 'tensors of gigabytes that are there', _sparse(content), Depth.MODEL, suffix=suffix)


def _damage(name: str, content: bytes, suffix: str, right: Right) -> Damage:
    return Damage('', name, whole(content), Depth.FILE, right, suffix)


# ------------------------------------------------------------------------------------------------------------- cut


def _cut(content: bytes, suffix: str, rng: Random) -> Iterator[tuple[str, bytes, Right]]:
    places = {0, 1, len(content) // 2, len(content) - 1, *_boundaries(content, suffix)}
    wanted = len(places) + 3
    while len(places) < wanted:
        places.add(rng.randrange(2, len(content)))
    for number, place in enumerate(sorted(places)):
        yield f'cut at boundary {number}', content[:place], Right.REFUSE
    longer = content + bytes(rng.randrange(1, 255) for _ in range(64))
    yield 'bytes behind its end', longer, Right.EITHER if suffix != '.safetensors' else Right.REFUSE
    yield 'bytes before its start', b'\0' * 16 + content, Right.EITHER if suffix != '.safetensors' else Right.REFUSE
    yield 'zeros of its length', bytes(len(content)), Right.REFUSE
    yield 'a page of another site', b'<!DOCTYPE html><html><body>404 Not Found</body></html>', Right.REFUSE
    yield 'a pointer of Git LFS', b'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n', Right.REFUSE


def _boundaries(content: bytes, suffix: str) -> list[int]:
    """Where parts of a file begin: a few of them, first and last ones."""
    if suffix == '.safetensors':
        header, payload = split(content)
        start = len(content) - len(payload)
        ends = sorted({entry['data_offsets'][1] for key, entry in header.items() if key != METADATA})  # type: ignore[index]
        return [4, 8, 9, start // 2, start, *(start + end for end in ends[:-1])][:9]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        starts = [info.header_offset for info in file.infolist()]
        places = [*starts[1:3], starts[-1], starts[1] - 1, starts[0] + 30, file.start_dir, file.start_dir + 20]
        return [*places, len(content) - 22]


# --------------------------------------------------------------------------------------------------------- flipped


def _flipped(content: bytes, suffix: str, rng: Random) -> Iterator[tuple[str, bytes]]:
    for part, start, end in _parts(content, suffix):
        for number in range(4):
            place = rng.randrange(start, end)
            flipped = content[place] ^ 1 << rng.randrange(8)
            yield f'a bit of its {part} flipped, {number}', content[:place] + bytes([flipped]) + content[place + 1 :]
    place = rng.randrange(len(content) - 64)
    yield 'a block of zeros inside', content[:place] + bytes(64) + content[place + 64 :]
    middle = len(content) // 2
    yield 'halves swapped', content[middle:] + content[:middle]


def _parts(content: bytes, suffix: str) -> list[tuple[str, int, int]]:
    if suffix == '.safetensors':
        start = len(content) - len(split(content)[1])
        return [('length', 0, 8), ('header', 8, start), ('payload', start, len(content))]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        largest = max(file.infolist(), key=lambda info: info.file_size)
        payload = largest.header_offset + 30 + len(largest.filename)
        return [
            ('front', 0, payload),
            ('largest part', payload + 64, payload + largest.file_size),
            ('rest', payload + largest.file_size, file.start_dir),
            ('directory', file.start_dir, len(content)),
        ]


def _right(content: bytes, damaged: bytes, suffix: str, sealed: bool) -> Right:
    """Refuse what means something else; in files of others numbers may be any, and what is not read too."""
    if suffix != '.safetensors':
        return Right.EITHER if not sealed or same_zip(content, damaged) else Right.REFUSE
    try:
        (header, payload), (theirs, _) = split(content), split(damaged)
    except ValueError:
        return Right.REFUSE
    if theirs == header and len(damaged) == len(content):
        return Right.REFUSE if sealed and damaged[-len(payload) :] != payload else Right.EITHER
    return Right.REFUSE if sealed else Right.EITHER


# ----------------------------------------------------------------------------------------------------------- lying


def _lying(content: bytes) -> Iterator[tuple[str, bytes]]:
    """A ``.safetensors`` whose lengths, offsets or shapes are not true."""
    header, payload = split(content)
    text = content[8 : len(content) - len(payload)]
    for length in (0, 1, len(text) - 1, len(text) + 8, 100_000_001, GIGABYTES, 2**63 - 1, 2**64 - 1):
        yield f'a header of {length} bytes is claimed', LENGTH.pack(length) + content[8:]
    names = [name for name in header if name != METADATA]
    first, second, last = names[0], names[1], names[-1]
    for name, changed in _changed_offsets(header, first, second, last, len(payload)).items():
        yield name, join(changed, payload)
    for name, changed in _changed_shapes(header, first).items():
        yield name, join(changed, payload)
    yield 'its header is a list', join(b'[1,2,3]', payload)
    yield 'its header is nested without end', join(b'{"a":' * 200_000, payload)
    yield 'its header is no text', join(b'\xff\xfe' * 40, payload)
    twice = text.rstrip()[:-1] + f',{json.dumps(first)}:{json.dumps(header[first])}}}'.encode()
    yield 'a name is there twice', join(twice, payload)
    yield 'its metadata are no text', join({**header, METADATA: {'mmvpt': {'format': 1}}}, payload)
    yield 'its metadata are a list', join({**header, METADATA: [1]}, payload)


def _with(header: Header, name: str, **changes: object) -> Header:
    return {**header, name: {**header[name], **changes}}  # type: ignore[dict-item]


def _changed_offsets(header: Header, first: str, second: str, last: str, size: int) -> dict[str, Header]:
    start, end = header[first]['data_offsets']  # type: ignore[index]
    return {
        'two tensors overlap': _with(header, second, data_offsets=[start, end], shape=header[first]['shape']),  # type: ignore[index]
        'a tensor ends before it starts': _with(header, first, data_offsets=[end, start]),
        'a tensor ends behind the file': _with(header, last, data_offsets=[size, size + 4096], shape=[1024]),
        'an offset is negative': _with(header, first, data_offsets=[-8, end - 8]),
        'an offset is a fraction': _with(header, first, data_offsets=[start + 0.5, end + 0.5]),
        'an offset is text': _with(header, first, data_offsets=['0', str(end)]),
        'an offset overflows': _with(header, first, data_offsets=[2**63, 2**63 + end]),
        'there is one offset': _with(header, first, data_offsets=[end]),
        'bytes are of no tensor': {key: value for key, value in header.items() if key != first},
    }


def _changed_shapes(header: Header, first: str) -> dict[str, Header]:
    return {
        'a shape of gigabytes is claimed': _with(header, first, shape=[1 << 15, 1 << 15, 1]),
        'a shape overflows': _with(header, first, shape=[2**32, 2**32, 16]),
        'a shape is negative': _with(header, first, shape=[-1, -4]),
        'a shape is text': _with(header, first, shape='all'),
        'a dtype is unknown': _with(header, first, dtype='F13'),
        'a dtype is missing': {**header, first: {'shape': [1], 'data_offsets': [0, 4]}},
        'gigabytes of a tensor are claimed': _with(
            header, first, shape=[GIGABYTES // 4], data_offsets=[0, GIGABYTES], dtype='F32'
        ),
    }


def _sparse(content: bytes) -> Callable[[Path], None]:
    """Let the last tensor have gigabytes of zeros, which take no room on the disk."""
    header, payload = split(content)
    last = max((name for name in header if name != METADATA), key=lambda name: header[name]['data_offsets'][1])  # type: ignore[index]
    start = header[last]['data_offsets'][0]  # type: ignore[index]
    end = start + GIGABYTES
    huge = join(_with(header, last, shape=[GIGABYTES // 4], data_offsets=[start, end], dtype='F32'), payload)

    def write(path: Path) -> None:
        path.write_bytes(huge)
        os.truncate(path, len(huge) - len(payload) + end)

    return write


def npy(descr: str, shape: str, data: bytes = b'') -> bytes:
    """A ``.npy`` whose header says anything."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b' ' * (-(len(text) + 11) % 64) + b'\n'
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(text)) + text + data
