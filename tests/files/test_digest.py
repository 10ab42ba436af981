"""Files of ours know their bytes; those of before, and of others, are read without."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mmvpt.files.header import LONGEST_HEADER
from mmvpt.files.read import read_checkpoint, read_metadata
from mmvpt.files.write import METADATA_KEY, write_safetensors
from mmvpt.text.refused import Refused
from tests.damage.files.containers import METADATA, join, split
from tests.damage.files.deltas import WRONG_TEXTS

TENSORS = dict(weight=torch.arange(6.0).view(2, 3), bias=torch.ones(2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A right file of ours."""
    write_safetensors(tmp_path / 'given.safetensors', TENSORS, dict(epoch=3, name='vit'))
    return tmp_path / 'given.safetensors'


@pytest.mark.parametrize('place', [-1, -8, -24])
@pytest.mark.parametrize('bit', [0, 7])
def test_one_bit_of_a_tensor_is_seen(path: Path, place: int, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(Refused, match=r'given\.safetensors: its bytes are not those that were saved\. Copy'):
        read_checkpoint(path)


Change = Callable[[dict], object]
CHANGES: dict[str, Change] = {
    'another number in the metadata': lambda header: header[METADATA].update(
        {METADATA_KEY: header[METADATA][METADATA_KEY].replace('"epoch": 3', '"epoch": 4')}
    ),
    'another name': lambda header: header.update(other=header.pop('bias')),
    'names that are swapped': lambda header: header.update(bias=header['weight'], weight=header['bias']),
    'another shape': lambda header: header['weight'].update(shape=[3, 2]),
    'another dtype': lambda header: header['bias'].update(dtype='I32'),
}


@pytest.mark.parametrize('how', CHANGES)
def test_another_header_is_seen(path: Path, how: str) -> None:
    header, payload = split(path.read_bytes())
    CHANGES[how](header)
    path.write_bytes(join(header, payload))
    with pytest.raises(Refused, match=r'given\.safetensors'):
        read_checkpoint(path)


def test_a_file_of_before_has_no_digest_and_is_read(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / 'before.safetensors', {METADATA_KEY: json.dumps(dict(epoch=3))})
    assert read_checkpoint(tmp_path / 'before.safetensors')['meta'] == dict(epoch=3)


def test_a_file_of_others_is_read(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / 'timm.safetensors', dict(format='pt'))
    content = read_checkpoint(tmp_path / 'timm.safetensors')
    assert content['meta'] == dict(format='pt') and content['state_dict'].keys() == TENSORS.keys()


def test_what_was_read_can_be_written_and_read_again(path: Path) -> None:
    content = read_checkpoint(path)
    before = path.read_bytes()
    write_safetensors(path, content['state_dict'], content['meta'])
    assert path.read_bytes() == before


# ------------------------------------------------------------------------------------------------------------ headers


def test_a_name_that_is_there_twice_is_refused(path: Path) -> None:
    header, payload = split(path.read_bytes())
    text = json.dumps(header)[:-1] + f', "bias": {json.dumps(header["bias"])}}}'
    path.write_bytes(join(text.encode(), payload))
    with pytest.raises(Refused, match=r"given\.safetensors: its header has the name 'bias' twice"):
        read_checkpoint(path)


@pytest.mark.parametrize('how', WRONG_TEXTS)
@pytest.mark.parametrize('read', [read_checkpoint, read_metadata])
def test_metadata_that_are_no_fields_by_name_are_refused(path: Path, how: str, read: Callable[[Path], object]) -> None:
    header, payload = split(path.read_bytes())
    path.write_bytes(join({**header, METADATA: {METADATA_KEY: WRONG_TEXTS[how]}}, payload))
    with pytest.raises(Refused, match=r'given\.safetensors.*(Copy|copy)'):
        read(path)


def test_a_header_takes_no_memory_by_a_claim(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / 'given.safetensors'
    path.write_bytes(struct.pack('<Q', LONGEST_HEADER + 1))
    os.truncate(path, LONGEST_HEADER * 2)  # takes no room on the disk
    monkeypatch.setattr('mmvpt.files.header.json.loads', lambda *args, **options: pytest.fail('the header was read'))
    with pytest.raises(Refused, match=r'given\.safetensors .*header too large'):
        read_checkpoint(path)
