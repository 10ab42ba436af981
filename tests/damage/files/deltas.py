"""Deltas whose tensors or metadata are not what those of a delta are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random

import torch
from torch import Tensor

from .case import Damage, Depth, Right, whole
from .containers import METADATA, OUR_KEY, join, ours, split, with_metadata

Tensors = dict[str, Tensor]
Meta = dict[str, object]
Change = Callable[[Tensors], object]

FINGERPRINT = 'base_fingerprint'
#: Numbers that a trained tensor cannot have.
NOT_FINITE = {'NaN': float('nan'), 'infinity': float('inf'), 'minus infinity': -float('inf')}
#: Dtypes that no trained tensor has, and those that may be a smaller copy of one.
WRONG_DTYPES = (torch.int8, torch.uint8, torch.int32, torch.int64, torch.bool, torch.complex64)
OTHER_DTYPES = (torch.float16, torch.bfloat16, torch.float64)


def of_tensors(state: Tensors, rng: Random) -> dict[str, tuple[Tensors, Depth, Right]]:
    """Other tensors for a delta, with what is right; also for the state dict of a resume file."""
    trained = [name for name in state if not name.endswith(FINGERPRINT)]
    prompt = next(name for name in trained if 'prompts' in name)
    some = rng.choice([name for name in trained if state[name].is_floating_point() and name != prompt])
    found: dict[str, tuple[Tensors, Depth, Right]] = {
        'no tensors at all': ({}, Depth.KIND, Right.REFUSE),
        'no tensor but the fingerprint': (_without(state, trained), Depth.MODEL, Right.REFUSE),
    }
    for name, value in NOT_FINITE.items():
        for title, where in (('a prompt', prompt), ('another tensor', some)):
            found[f'{name} in {title}'] = _changed(state, where, _filled(state[where], value, rng), Depth.KIND)
    for dtype in WRONG_DTYPES:
        found[f'a tensor of {dtype}'] = _changed(state, some, state[some].to(dtype), Depth.MODEL)
        found[f'all of {dtype}'] = ({name: t.to(dtype) for name, t in state.items()}, Depth.MODEL, Right.REFUSE)
    for dtype in OTHER_DTYPES:
        found[f'a tensor of {dtype}'] = _changed(state, some, state[some].to(dtype), Depth.MODEL, Right.EITHER)
    found['a tensor of a packed dtype'] = _changed(state, some, _raw(state[some], torch.float8_e5m2), Depth.MODEL)
    found |= _other_names(state, trained, some, prompt) | _other_shapes(state, some, prompt) | _other_bases(state)
    found['other numbers, all finite'] = _changed(state, some, state[some] * 1.5, Depth.MODEL, Right.ACCEPT)
    return found


def _without(state: Tensors, names: list[str]) -> Tensors:
    return {name: tensor for name, tensor in state.items() if name not in names}


def _changed(
    state: Tensors, name: str, tensor: Tensor, depth: Depth, right: Right = Right.REFUSE
) -> tuple[Tensors, Depth, Right]:
    return {**state, name: tensor}, depth, right


def _filled(tensor: Tensor, value: float, rng: Random) -> Tensor:
    filled = tensor.clone().flatten()
    filled[rng.randrange(len(filled))] = value
    return filled.view_as(tensor)


def _raw(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.to(dtype)


def _other_names(state: Tensors, trained: list[str], some: str, prompt: str) -> dict[str, tuple[Tensors, Depth, Right]]:
    found = {'without a prompt': _without(state, [prompt]), 'without another tensor': _without(state, [some])}
    found['without half of its tensors'] = _without(state, trained[::2])
    for name in ('tuner.more', 'backbone.backbone.cls_token', '../../outside', 'a\0b', 'x' * 100_000, ''):
        found[f'with a tensor {name[:30]!r}'] = {**state, name: state[prompt].clone()}
    found['a name changed'] = {name.replace(some, f'{some}s'): tensor for name, tensor in state.items()}
    found['names in capitals'] = {name.upper(): tensor for name, tensor in state.items()}
    found['ten thousand tensors more'] = {**state, **{f'more.{i}': torch.zeros(1) for i in range(10_000)}}
    return {name: (tensors, Depth.MODEL, Right.REFUSE) for name, tensors in found.items()}


def _other_shapes(state: Tensors, some: str, prompt: str) -> dict[str, tuple[Tensors, Depth, Right]]:
    whole_ = state[prompt]
    shapes = {
        'one prompt more': torch.cat([whole_, whole_[:1]]).contiguous(),
        'no prompt': whole_[:0].contiguous(),
        'turned prompts': whole_.t().contiguous(),
        'prompts in a row': whole_.flatten().contiguous(),
        'a number for prompts': torch.tensor(1.0),
        'prompts with a dimension more': whole_[None].contiguous(),
    }
    found = {name: _changed(state, prompt, tensor, Depth.MODEL) for name, tensor in shapes.items()}
    found['a tensor repeated'] = _changed(state, some, state[some].repeat_interleave(2, 0).contiguous(), Depth.MODEL)
    return found


def _other_bases(state: Tensors) -> dict[str, tuple[Tensors, Depth, Right]]:
    (name,) = (name for name in state if name.endswith(FINGERPRINT))
    true = state[name]
    fingerprints = {
        'of another base': (true ^ 1, Depth.MODEL),
        'of zeros': (torch.zeros_like(true), Depth.MODEL),
        'that is too short': (true[:-1].clone(), Depth.KIND),
        'that is empty': (true[:0].clone(), Depth.KIND),
        'of floats': (true.float(), Depth.KIND),
        'of large numbers': (true.long() * 1000, Depth.KIND),
        'of two rows': (true.view(2, 16).clone(), Depth.KIND),
        'of a single number': (torch.tensor(3, dtype=torch.uint8), Depth.KIND),
    }
    found = {
        f'a fingerprint {how}': _changed(state, name, tensor, depth) for how, (tensor, depth) in fingerprints.items()
    }
    found['without the fingerprint'] = (_without(state, [name]), Depth.KIND, Right.REFUSE)
    found['a fingerprint of another part'] = (
        {f'neck.{FINGERPRINT}' if key == name else key: tensor for key, tensor in state.items()},
        Depth.MODEL,
        Right.REFUSE,
    )
    return found


# -------------------------------------------------------------------------------------------------------- metadata

MISSING = object()
#: Values of the fields of a delta that mean nothing. With None for the readers, all who want a delta refuse them.
WRONG_FIELDS: dict[str, tuple[object, ...]] = {
    'format': (2, 99, '1', 1.5, None, -1, 0, [1], True, float('nan'), 10**400, {'major': 1}, MISSING),
    'base_fingerprint': (
        'ee47', [], 7, None, {}, {'backbone.': 'short'}, {'backbone.': 'z' * 64}, {'backbone.': 3},
        {'backbone.': '0' * 64}, {'neck.': '0' * 64}, MISSING,
    ),
    'num_trained': (-1, '227', 1.5, None, 10**30, float('inf'), [1], MISSING),
    'mmvpt_version': (3, None, ['0.1'], {}),
    'model': ('ImageClassifier', [], 3, True),
    'dataset_meta': (
        'birds', [1], 3, {'classes': 5}, {'classes': {'a': 1}}, {'classes': [[1], [2]]}, {'palette': 'red'},
    ),
    'epoch': (-1, 'one', 1.5, [1], 10**30),
    'iter': (-3, '3', float('nan'), {}),
}  # fmt: skip
#: Texts in the place of the metadata.
WRONG_TEXTS: dict[str, str] = {
    'no JSON': '{"format": 1,',
    'a list': '[1, 2]',
    'a number': '1',
    'null': 'null',
    'text': '"delta"',
    'empty': '',
    'nested without end': '{"a":' * 100_000 + '1' + '}' * 100_000,
    'lists without end': '[' * 100_000 + ']' * 100_000,
    'a number of ten thousand digits': '{"format": 1' + '0' * 10_000 + '}',
    'python': "__import__('os').system('true')",
}


def of_metadata(meta: Meta, fields: Mapping[str, tuple[object, ...]] = WRONG_FIELDS) -> Iterator[tuple[str, Meta]]:
    """Other metadata: one field at a time."""
    for field, values in fields.items():
        for value in values:
            changed = {**meta, field: value}
            if value is MISSING:
                del changed[field]
            yield f'{field} {"missing" if value is MISSING else _short(value)}', changed


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 30 else f'{text[:20]}...'


def tensor_damages(state: Tensors, meta: Meta, rng: Random) -> Iterator[Damage]:
    """Deltas of other tensors."""
    for name, (tensors, depth, right) in of_tensors(state, rng).items():
        yield Damage('', name, whole(write_any(tensors, meta)), depth, right)


def metadata_damages(content: bytes, state: Tensors, meta: Meta) -> Iterator[Damage]:
    """Deltas of other metadata."""
    for name, changed in of_metadata(meta):
        yield Damage('', name, whole(ours(state, changed)), Depth.KIND)
    for name, text in WRONG_TEXTS.items():
        yield Damage('', f'metadata: {name}', whole(with_metadata(content, text)), Depth.KIND)
    header, payload = split(content)
    without = {key: value for key, value in header.items() if key != METADATA}
    yield Damage('', 'without metadata', whole(join(without, payload)), Depth.KIND, Right.EITHER)
    more = {**header, METADATA: {OUR_KEY: json.dumps(meta), 'format': 'pt'}}
    yield Damage('', 'metadata of another tool beside ours', whole(join(more, payload)), Depth.KIND, Right.EITHER)
    fields = {'notes': 'mine', 'tags': ['a', 1], '__class__': 'os', '日本': None}
    yield Damage('', 'fields of a user', whole(ours(state, {**meta, **fields})), Depth.KIND, Right.ACCEPT)
    large = {**meta, 'notes': 'x' * (40 << 20)}
    yield Damage('', 'forty megabytes of notes', whole(ours(state, large)), Depth.KIND, Right.EITHER)
    many = {**meta, 'dataset_meta': {'classes': ['a'] * 1_000_000}}
    yield Damage('', 'a million classes', whole(ours(state, many)), Depth.KIND, Right.EITHER)
    two = {**meta, 'dataset_meta': {'classes': ['one', 'two']}}
    yield Damage('', 'fewer classes than the head has', whole(ours(state, two)), Depth.KIND, Right.EITHER)
    needy = ('score', 'prune')
    for value in (MISSING, None, {}):
        ((name, changed),) = of_metadata(meta, {'model': (value,)})
        yield Damage('', name, whole(ours(state, changed)), Depth.KIND, only=needy)


DTYPES = {
    torch.float32: 'F32', torch.float64: 'F64', torch.float16: 'F16', torch.bfloat16: 'BF16', torch.int64: 'I64',
    torch.int32: 'I32', torch.int8: 'I8', torch.uint8: 'U8', torch.bool: 'BOOL', torch.complex64: 'C64',
    torch.float8_e5m2: 'F8_E5M2',
}  # fmt: skip


def write_any(tensors: Tensors, meta: Meta) -> bytes:
    """Write tensors as mmvpt does or, where it will not, by hand."""
    try:
        return ours(tensors, meta)
    except Exception:  # a writer may refuse what is wrong; here it is meant
        return by_hand(tensors, meta)


def by_hand(tensors: Tensors, meta: Meta) -> bytes:
    """A ``.safetensors`` of any tensors."""
    header: dict[str, object] = {METADATA: {OUR_KEY: json.dumps(meta)}}
    payload = b''
    for name, tensor in tensors.items():
        data = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        header[name] = dict(
            dtype=DTYPES[tensor.dtype], shape=list(tensor.shape), data_offsets=[len(payload), len(payload) + len(data)]
        )
        payload += data
    return join(header, payload)
