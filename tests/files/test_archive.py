"""Archives are looked through before anything in them is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from mmvpt.files.read import read_checkpoint
from mmvpt.text.refused import Refused
from tests.damage.files.bytewise import npy
from tests.damage.files.containers import as_zip, members

FLOATS = torch.arange(4096.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A right file of torch.save."""
    torch.save(dict(weight=FLOATS), tmp_path / 'given.pth')
    return tmp_path / 'given.pth'


@pytest.mark.parametrize('bit', range(8))
def test_one_bit_of_a_tensor_that_torch_saved_is_seen(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"given\.pth: bytes of 'given/data/0' are not those that were saved\. Copy"):
        read_checkpoint(path)


def test_a_compressed_archive_is_refused_before_it_takes_memory(path: Path) -> None:
    path.write_bytes(as_zip({**members(path.read_bytes()), 'given/data/0': bytes(64 << 20)}, zipfile.ZIP_DEFLATED))
    with pytest.raises(Refused, match=r'given\.pth: it is a compressed archive'):
        read_checkpoint(path)


WRONG = {
    'objects': (npy("'|O'", '(1,)', b'\x80\x04N.'), 'is no array of numbers'),
    'texts': (npy("'<U4'", '(2,)', bytes(32)), 'is no array of numbers'),
    'gigabytes that are claimed': (npy("'<f4'", '(805306368,)', b'1234'), 'claims another size than it has'),
    'less than there is': (npy("'<f4'", '(1,)', b'12345678'), 'claims another size than it has'),
    'zeros that were pressed together': (npy("'<f4'", f'({4 << 20},)', bytes(16 << 20)), 'times as large as the file'),
    'a version to come': (b'\x93NUMPY\x09\x00' + bytes(64), 'a header that no array of numbers has'),
}


@pytest.mark.parametrize('name', WRONG)
def test_an_array_that_is_no_numbers_or_claims_others_is_refused(tmp_path: Path, name: str) -> None:
    content, message = WRONG[name]
    (tmp_path / 'given.npz').write_bytes(as_zip({'weight.npy': content}, zipfile.ZIP_DEFLATED))
    with pytest.raises(Refused, match=rf"given\.npz: 'weight\.npy' .*{message}"):
        read_checkpoint(tmp_path / 'given.npz')


@pytest.mark.parametrize('save', [np.savez, np.savez_compressed])
def test_arrays_of_numbers_are_read(tmp_path: Path, save) -> None:
    arrays = dict(a=np.random.default_rng(0).normal(size=(3, 4)), b=np.arange(3), c=np.zeros((0, 2)), d=np.array(2.0))
    save(tmp_path / 'right.npz', **arrays)
    got = read_checkpoint(tmp_path / 'right.npz')['state_dict']
    assert all(np.array_equal(got[name].numpy(), array) for name, array in arrays.items())
