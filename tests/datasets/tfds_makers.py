"""Folders as TensorFlow Datasets prepares them, with a few tiny images in the true formats."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mmvpt.datasets.prepare.vtab_sources import VTAB_SOURCES

Values = bytes | int | float | Sequence[bytes] | Sequence[int] | Sequence[float]


def slow_crc32c(data: bytes) -> int:
    """Bit by bit, from the definition."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> bytes:
    crc = slow_crc32c(data)
    return struct.pack('<I', (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def frame(data: bytes) -> bytes:
    length = struct.pack('<Q', len(data))
    return length + masked(length) + data + masked(data)


def varint(value: int) -> bytes:
    value %= 1 << 64
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def feature(values: Values, packed: bool = True) -> bytes:
    many = [values] if isinstance(values, (bytes, int, float)) else list(values)
    if not many:
        return b''
    if isinstance(many[0], bytes):
        return field(1, b''.join(field(1, value) for value in many))
    if isinstance(many[0], float):
        parts = [struct.pack('<f', value) for value in many]
        return field(2, field(1, b''.join(parts)) if packed else b''.join(varint(1 << 3 | 5) + part for part in parts))
    parts = [varint(value) for value in many]
    return field(3, field(1, b''.join(parts)) if packed else b''.join(varint(1 << 3) + part for part in parts))


def example(packed: bool = True, **features: Values) -> bytes:
    """Names of nested features have a stroke, which ``__`` stands for."""
    entries = [
        field(1, field(1, name.replace('__', '/').encode()) + field(2, feature(values, packed)))
        for name, values in features.items()
    ]
    return field(1, b''.join(entries))


def png(value: int, gray: bool = False) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((4, 4) if gray else (4, 4, 3), value, np.uint8)).save(file, 'PNG')
    return file.getvalue()


def write_split(folder: Path, name: str, split: str, records: Sequence[bytes], shards: int = 1) -> list[int]:
    """Write the files of a split, and return how many records each has."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = [records[len(records) * i // shards : len(records) * (i + 1) // shards] for i in range(shards)]
    for place, piece in enumerate(pieces):
        path = folder / f'{name}-{split}.tfrecord-{place:05d}-of-{shards:05d}'
        path.write_bytes(b''.join(frame(record) for record in piece))
    return [len(piece) for piece in pieces]


def write_tfds(folder: Path, name: str, splits: Mapping[str, Sequence[bytes]], shards: int = 1) -> Path:
    lengths = {split: write_split(folder, name, split, records, shards) for split, records in splits.items()}
    write_info(folder, lengths)
    return folder


def write_info(folder: Path, lengths: Mapping[str, Sequence[int]], **more: object) -> None:
    splits = [
        {'name': split, 'shardLengths': [str(number) for number in numbers]} for split, numbers in lengths.items()
    ]
    (folder / 'dataset_info.json').write_text(json.dumps({'splits': splits, **more}))


def features_of(task: str, place: int) -> dict[str, Values]:
    """An example with all that some task reads, whose image tells its place."""
    binary = task.startswith('dsprites')
    number = 3 + place % 8
    return dict(
        image=png(place % 2 if binary else place, gray=binary or task.startswith('smallnorb')),
        label=place % 2,
        label_azimuth=place % 18,
        label_elevation=place % 9,
        label_x_position=place % 32,
        label_orientation=place % 40,
        objects__size=[0] * number,
        objects__pixel_coords=[1.0, 2.0, 8.25] * number,
        objects__type=[place % 8],
        objects__location=[0.0, 0.0, 12.5],
    )


def make_task(root: Path, task: str, records: int = 20, shards: int = 2, version: str | None = None) -> Path:
    """A folder with everything that a task needs; returns the folder of the version."""
    row = VTAB_SOURCES[task]
    splits = {
        split: [example(**features_of(task, place)) for place in range(start, start + records)]
        for start, split in zip((0, 100, 200), row.records, strict=False)
    }
    return write_tfds(root / row.name / row.config / (version or row.version), row.name, splits, shards)
