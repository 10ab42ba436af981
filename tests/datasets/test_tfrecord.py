"""Files of records are read as TensorFlow wrote them, and broken ones are named with the byte."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from mmvpt.datasets.crc32c import crc32c, record_sum
from mmvpt.datasets.tfrecord import parse_example, read_records
from mmvpt.text.refused import Refused

from .tfds_makers import example, field, frame, masked, slow_crc32c, varint


def test_sums_are_those_of_the_standard() -> None:
    """RFC 3720, B.4, and the check value of the catalogue of CRCs."""
    assert crc32c(b'123456789') == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b'\xff' * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


@pytest.mark.parametrize('length', [0, 1, 3, 63, 64, 65, 1023, 1024, 1025, 4097])
def test_sums_are_right_at_every_length(length: int) -> None:
    data = bytes((7 * place + length) % 256 for place in range(length))
    assert crc32c(data) == slow_crc32c(data)
    assert struct.pack('<I', record_sum(data)) == masked(data)


def test_the_sum_of_a_length_is_that_of_tensorflow() -> None:
    """The first 12 bytes of a file with a record of 24 bytes, as event files of TensorBoard begin."""
    assert frame(bytes(24))[:12] == b'\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7fK"'


RECORDS = [b'one', b'', b'three' * 500, b'four']


def test_a_range_of_records_is_read(tmp_path: Path) -> None:
    path = tmp_path / 'a.tfrecord'
    path.write_bytes(b''.join(map(frame, RECORDS)))
    assert [record.data for record in read_records(path, 0, 4)] == RECORDS
    assert [(record.offset, record.data) for record in read_records(path, 1, 3)] == [(19, b''), (35, RECORDS[2])]
    with pytest.raises(Refused, match=r'a.tfrecord: it ends at byte \d+, after 4 of at least 5 records'):
        list(read_records(path, 0, 5))


@pytest.mark.parametrize('cut', [1, 3, 5, 20])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / 'a.tfrecord'
    path.write_bytes(b''.join(map(frame, RECORDS))[:-cut])
    with pytest.raises(Refused, match=r'a.tfrecord: it (is cut within the record at byte|ends at byte) \d+'):
        list(read_records(path, 0, 4))


def test_every_flipped_byte_is_seen(tmp_path: Path) -> None:
    path = tmp_path / 'a.tfrecord'
    whole = frame(b'a record') + frame(bytes(range(200)))
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
        with pytest.raises(Refused, match=f'record at byte {0 if place < 24 else 24} is broken'):
            list(read_records(path, 0, 2))


@pytest.mark.parametrize('packed', [True, False])
def test_examples_have_their_features(packed: bool) -> None:
    data = example(
        packed, image=b'\x00\xff', texts=[b'a', b''], label=300, signs=[-1, 0, 2**62], x__y=[0.5, -2.0], no=[]
    )
    assert parse_example(data) == {
        'image': [b'\x00\xff'],
        'texts': [b'a', b''],
        'label': [300],
        'signs': [-1, 0, 2**62],
        'x/y': [0.5, -2.0],
        'no': [],
    }
    unknown = varint(9 << 3) + varint(5) + varint(10 << 3 | 1) + bytes(8) + field(11, b'?')
    assert parse_example(unknown + data) == parse_example(data)


@pytest.mark.parametrize(
    ('data', 'message'),
    [
        (b'\x0a\x05abc', 'a field is longer than its record'),
        (b'\x0b', 'has the wire type 3'),
        (b'\xff' * 12, 'a number does not end'),
        (b'\x0a', 'a number does not end'),
        (example(label=[1, 300])[:-1], 'longer than'),
        (field(1, field(1, field(1, b'\xff'))), "can't decode"),
    ],
)
def test_what_is_no_example_is_said(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_example(data)


def test_no_bytes_raise_anything_but_a_value_error() -> None:
    whole = example(image=b'abc', label=[5, 300], depth=[1.5])
    for place in range(len(whole)):
        for bit in range(8):
            try:
                parse_example(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            except ValueError:
                pass
