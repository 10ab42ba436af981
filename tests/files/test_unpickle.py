"""Files of torch.save: what is right is read as it was saved, and nothing that a pickle claims is believed."""

from __future__ import annotations

import collections
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging.history_buffer import HistoryBuffer
from torch import nn

from mmvpt.files.read import read_checkpoint
from mmvpt.text.refused import Refused
from tests.damage.files.containers import as_pth
from tests.damage.files.pickles import called, dict_of, dumps

FLOATS = torch.arange(24.0).view(4, 6)
ARRAYS = {
    'floats': np.ones((2, 3)),
    'by columns': np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    'of the other byte order': np.arange(3, dtype='>f4'),
    'turned': np.arange(3)[::-1],
    'empty': np.zeros((0, 4)),
    'of no dimension': np.array(3.0),
    'booleans': np.array([True, False]),
    'texts': np.array(['a', 'longer']),
    'bytes': np.array([b'ab', b'c']),
    'of complex numbers': np.array([1 + 2j]),
}


def saved(folder: Path, content: object, **options: object) -> Path:
    torch.save(content, folder / 'file.pth', **options)
    return folder / 'file.pth'


def read_meta(folder: Path, **meta: object) -> dict:
    return read_checkpoint(saved(folder, dict(state_dict=dict(a=FLOATS), meta=meta)))['meta']


@pytest.mark.parametrize('name', ARRAYS)
def test_an_array_is_read_as_it_was_saved_and_can_be_written(tmp_path: Path, name: str) -> None:
    got = read_checkpoint(saved(tmp_path, dict(state_dict=dict(a=FLOATS), meta=dict(here=ARRAYS[name]))))['meta'][
        'here'
    ]
    assert type(got) is np.ndarray and got.dtype.isnative and got.flags.writeable
    assert np.array_equal(got, ARRAYS[name]) and got.shape == ARRAYS[name].shape


@pytest.mark.parametrize('number', [np.float64(0.1), np.int64(-3), np.float32(2), np.bool_(True), np.str_('text')])
def test_a_number_of_numpy_is_read_as_it_was_saved(tmp_path: Path, number: np.generic) -> None:
    got = read_checkpoint(saved(tmp_path, dict(state_dict=dict(a=FLOATS), meta=dict(here=number, kind=number.dtype))))[
        'meta'
    ]
    assert got['here'] == number and type(got['here']) is type(number) and got['kind'] == number.dtype


RIGHT = {
    'in the format before zip': (dict(state_dict=dict(a=FLOATS)), dict(_use_new_zipfile_serialization=False)),
    'with a row for many': (dict(state_dict=dict(a=torch.ones(1, 5).expand(768, 5))), {}),
    'turned and cut': (dict(a=FLOATS.t(), b=FLOATS[:, ::2], c=FLOATS[1:]), {}),
    'of MoCo': (dict(epoch=3, arch='vit', state_dict={'module.a': FLOATS}, optimizer=dict(state={})), {}),
    'of MAE': (dict(model=dict(a=FLOATS), epoch=1, scaler=dict(scale=65536.0)), {}),
    'of mmpretrain': (
        dict(meta=dict(CLASSES=('a', 'b'), PALETTE=[[1]]), state_dict=collections.OrderedDict(a=FLOATS)),
        {},
    ),
    'of timm': (collections.OrderedDict(nn.Linear(2, 2).named_parameters()), {}),
    'of many dtypes': (dict(a=FLOATS.half(), b=FLOATS.bfloat16(), c=FLOATS.bool(), d=FLOATS.to(torch.float8_e5m2)), {}),
    'with other containers': (
        dict(state_dict=dict(a=FLOATS), more=({1, 2}, torch.Size([1]), torch.float32, (1, (2,)), b'')),
        {},
    ),
}


@pytest.mark.parametrize('name', RIGHT)
def test_a_right_file_is_read(tmp_path: Path, name: str) -> None:
    content, options = RIGHT[name]
    got = read_checkpoint(saved(tmp_path, content, **options))
    assert got.keys() == content.keys()
    inside, expected = (it.get('state_dict', it.get('model', it)) for it in (got, content))
    for key, tensor in expected.items():
        assert not isinstance(tensor, torch.Tensor) or torch.equal(inside[key].float(), tensor.float())


def test_a_file_without_sums_of_its_bytes_is_read(tmp_path: Path) -> None:
    torch.serialization.set_crc32_options(False)
    try:
        path = saved(tmp_path, dict(a=FLOATS))
    finally:
        torch.serialization.set_crc32_options(True)
    assert torch.equal(read_checkpoint(path)['a'], FLOATS)


def test_what_is_in_two_places_stays_one_thing_and_none_takes_the_place_of_another(tmp_path: Path) -> None:
    pairs = [(index, (index,)) for index in range(3000)]
    histories = [HistoryBuffer(np.full(2, float(index)), np.ones(2)) for index in range(300)]
    mixed = [part for group in zip(pairs[::10], histories, strict=True) for part in group]
    got = read_checkpoint(saved(tmp_path, dict(a=FLOATS, pairs=pairs, mixed=mixed, again=pairs)))
    assert got['pairs'] == pairs and got['again'] is got['pairs']
    assert [it.data[0][0] for it in got['mixed'][1::2]] == list(range(300))


# ------------------------------------------------------------------------------------------------- what is not believed


def kind(code: str, *state: object) -> bytes:
    return called('numpy', 'dtype', code, False, True, state=(3, *state) if state else None)


def array(kind_: bytes, shape: object, content: object) -> bytes:
    made = b'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n' + dumps((0,))[2:-1] + dumps(b'b')[2:-1] + b'tR'
    return made + b'(K\x01' + dumps(shape)[2:-1] + kind_ + dumps(False)[2:-1] + dumps(content)[2:-1] + b'tb'


def scalar(kind_: bytes, content: object) -> bytes:
    return b'cnumpy.core.multiarray\nscalar\n(' + kind_ + dumps(content)[2:-1] + b'tR'


def spread(size: int) -> bytes:
    storage = b'(' + dumps('storage')[2:-1] + b'ctorch\nFloatStorage\n' + b''.join(
        dumps(part)[2:-1] for part in ('0', 'cpu', 4)
    ) + b'tQ'  # fmt: skip
    rest = b''.join(dumps(part)[2:-1] for part in (0, (size,), (0,), False))
    return b'ctorch._utils\n_rebuild_tensor_v2\n(' + storage + rest + b'ccollections\nOrderedDict\n)RtR'


CLAIMS = {
    'a number of a negative size': scalar(kind('S8', '|', None, None, None, -8, 1, 0), b'A' * 8),
    'a kind of a gigabyte': scalar(kind('S8', '|', None, None, None, 1 << 30, 1, 0), b'A' * 8),
    'a kind with fields': scalar(kind('f8', '|', None, ('a',), {'a': 1}, -1, 1, 0), b'A' * 8),
    'a kind of objects': array(kind('O8'), (1,), [1]),
    'a state of no order': scalar(kind('f8', 'x', None, None, None, -1, -1, 0), b'A' * 8),
    'an array that is too short': array(kind('f8'), (2,), b'A' * 8),
    'an array of a negative length': array(kind('f8'), (-1,), b''),
    'an array of a list': array(kind('S8', '|', None, None, None, 8, 1, 3), (2,), [1, 2]),
    'a number that is too short': scalar(kind('f8'), b'A'),
    'an array that is only claimed': called('numpy', 'ndarray'),
    'a dtype of another name': b'cnumpy.dtypes\nBytesDType\n(J\xff\xff\xff\x7ftR',
    'a number spread over a gigabyte': spread(1 << 28),
}


@pytest.mark.parametrize('name', CLAIMS)
def test_a_claim_is_refused_with_the_name_of_the_file_and_what_to_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / 'given.pth'
    path.write_bytes(as_pth(dict_of(CLAIMS[name], 'here'), {'0': struct.pack('<4f', 1, 2, 3, 4)}))
    with pytest.raises(Refused, match=r'given\.pth.*(Copy or download it|Only if you trust)'):
        read_checkpoint(path)


def test_flags_that_make_texts_objects_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / 'given.pth'
    content = array(kind('S8', '|', None, None, None, 8, 1, 63), (2,), b'ABCDEFGH' * 2)
    path.write_bytes(as_pth(dict_of(content, 'here')))
    got = read_checkpoint(path)['here']
    assert not got.dtype.hasobject and got.tolist() == [b'ABCDEFGH'] * 2


@pytest.mark.parametrize('turns', [1, 2])
def test_containers_in_themselves_are_refused(tmp_path: Path, turns: int) -> None:
    itself: list[object] = []
    itself.extend([itself] * turns)
    path = tmp_path / 'given.pth'
    path.write_bytes(as_pth(pickle.dumps(dict(here=itself), 2)))
    with pytest.raises(Refused, match=r'given\.pth: it holds more than 100 containers inside of each other'):
        read_checkpoint(path)
