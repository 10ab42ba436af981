"""Records of TensorFlow, read without it: the frames of a TFRecord file, and the Example in each."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from mmvpt.files.refuse import refuse

from .crc32c import record_sum

#: A frame is a length of 8 bytes, the sum of these, the content, and its sum.
_LENGTH = struct.Struct('<QI')
_SUM = struct.Struct('<I')
MAKE_RECORDS_AGAIN = 'Remove its folder and let TensorFlow Datasets make it again, or copy it again.'


class Frame(NamedTuple):
    """The content of a frame, and at which byte of the file the frame begins."""

    offset: int
    data: bytes


def read_records(path: Path, begin: int, end: int) -> Iterator[Frame]:
    """Read the records ``begin`` to ``end - 1`` of a file.

    Of those before, only lengths are read, and their sums checked. Of those that are read, the sum of the content is
    checked too: a wrong byte is refused with the file and where in it the record begins.
    """
    with open(path, 'rb') as file:
        size = path.stat().st_size
        offset = 0
        for place in range(end):
            head = file.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                wrong = f'it ends at byte {size}, after {place} of at least {end} records'
                raise refuse(path, wrong, MAKE_RECORDS_AGAIN)
            length, check = _LENGTH.unpack(head)
            if record_sum(head[:8]) != check:
                raise refuse(path, f'the length of the record at byte {offset} is broken', MAKE_RECORDS_AGAIN)
            following = offset + _LENGTH.size + length + _SUM.size
            if following > size:
                raise refuse(path, f'it is cut within the record at byte {offset}', MAKE_RECORDS_AGAIN)
            if place >= begin:
                data = file.read(length)
                if record_sum(data) != _SUM.unpack(file.read(_SUM.size))[0]:
                    raise refuse(path, f'the content of the record at byte {offset} is broken', MAKE_RECORDS_AGAIN)
                yield Frame(offset, data)
            file.seek(following)
            offset = following


#: What a feature holds: texts or encoded images, whole numbers, or numbers of 32 bits.
Feature = list[bytes] | list[int] | list[float]


def parse_example(data: bytes) -> Mapping[str, Feature]:
    """The features of a ``tf.train.Example``; a ``ValueError`` says that the bytes are none."""
    features: dict[str, Feature] = {}
    for part in _nested(data, 1):
        for entry in _nested(part, 1):
            fields = {number: value for number, value in _fields(entry) if isinstance(value, bytes)}
            features[fields.get(1, b'').decode()] = _feature(fields.get(2, b''))
    return features


def _feature(data: bytes) -> Feature:
    for kind, content in _fields(data):
        if isinstance(content, bytes) and kind in _VALUES:
            return _VALUES[kind](content)
    return []


def _floats(content: bytes) -> list[float]:
    packed = b''.join(_nested(content, 1))
    return [value for (value,) in struct.iter_unpack('<f', packed[: len(packed) // 4 * 4])]


def _ints(content: bytes) -> list[int]:
    found: list[int] = []
    for number, value in _fields(content):
        if number == 1 and isinstance(value, bytes):  # packed
            place = 0
            while place < len(value):
                one, place = _varint(value, place)
                found.append(one)
        elif number == 1 and isinstance(value, int):
            found.append(value)
    return [value - (1 << 64) if value >= 1 << 63 else value for value in found]


def _nested(data: bytes, wanted: int) -> list[bytes]:
    return [value for number, value in _fields(data) if number == wanted and isinstance(value, bytes)]


_VALUES: Mapping[int, Callable[[bytes], Feature]] = {1: lambda content: _nested(content, 1), 2: _floats, 3: _ints}
#: How many bytes a value of a wire type has.
_FIXED = {1: 8, 5: 4}


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Numbers and values of the fields of a message: a whole number, or the bytes of anything else."""
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        kind = tag & 7
        if kind == 0:
            value, place = _varint(data, place)
            yield tag >> 3, value
            continue
        if kind == 2:
            length, place = _varint(data, place)
        elif kind in _FIXED:
            length = _FIXED[kind]
        else:
            raise ValueError(f'it is no Example: a field has the wire type {kind}')
        if place + length > len(data):
            raise ValueError('it is no Example: a field is longer than its record')
        yield tag >> 3, data[place : place + length]
        place += length


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            break
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ValueError('it is no Example: a number does not end')
