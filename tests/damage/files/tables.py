"""Scores and prototypes that are not what those are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import torch

from . import deltas
from .case import Damage, Depth, Right, whole
from .containers import ours, with_metadata
from .deltas import MISSING, Meta, Tensors

SCORES: dict[str, tuple[object, ...]] = {
    'kind': ('prototypes', '', None, 3, ['prompt_scores'], MISSING),
    'stages': (None, [], [0], [0, 0, 0], [0, 'x'], [0, 1.5], [-1, 0], {'0': 0}, 7, [0] * 100_000, MISSING),
    'widths': (None, [], [32], [32, 'x'], [32, -32], [10**30, 32], 32, MISSING),
    'num_segments': (None, 0, -8, 7, '8', 1.5, MISSING),
    'samples': (None, 0, -1, 'x', MISSING),
    'layout': ('other', None, 3, MISSING),
    'base_fingerprint': ('x', {}, {'backbone.': '0' * 64}, {'neck.': 'x'}, None, 3, MISSING),
    'model': (None, 'x', [], 3, {}, {'type': 'ImageClassifier'}, MISSING),
    'format': (2, '1', -1),
}
PROTOTYPES: dict[str, tuple[object, ...]] = {
    'kind': ('prompt_scores', '', None, 3, ['prototypes'], MISSING),
    'base': ('0' * 64, '', None, 3, [], 'short', MISSING),
    'classes': (None, 3, 'birds', [1, 2], [[1], [2]], {'a': 1}),
    'num_images': (-1, 'x', None),
    'format': (2, '1', -1),
}
#: What only the model or the start beside them can tell.
BY_MODEL = ('base', 'model', 'widths', 'base_fingerprint')
#: What only a start can be compared with; pruning afresh has none.
BY_START = dict.fromkeys(('base_fingerprint missing', "base_fingerprint {'backbone.': '00000..."), ('prune by scores',))


def damages(
    content: bytes, state: Tensors, meta: Meta, rng: Random, fields: dict[str, tuple[object, ...]]
) -> Iterator[Damage]:
    """Change tensors and metadata of a true file."""
    for name, (tensors, depth) in _of_tensors(state, rng).items():
        yield Damage('', name, whole(deltas.write_any(tensors, meta)), depth)
    for name, changed in deltas.of_metadata(meta, fields):
        depth = Depth.MODEL if name.startswith(BY_MODEL) else Depth.KIND
        yield Damage('', name, whole(ours(state, changed)), depth, only=BY_START.get(name, ()))
    for name, text in deltas.WRONG_TEXTS.items():
        yield Damage('', f'metadata: {name}', whole(with_metadata(content, text)), Depth.KIND)
    notes = {**meta, 'notes': 'mine'}
    yield Damage('', 'fields of a user', whole(ours(state, notes)), Depth.KIND, Right.ACCEPT)
    other = {name: tensor * 1.5 for name, tensor in state.items()}
    yield Damage('', 'other numbers, all finite', whole(ours(other, meta)), Depth.KIND, Right.ACCEPT)


def _of_tensors(state: Tensors, rng: Random) -> dict[str, tuple[Tensors, Depth]]:
    names = list(state)
    some = rng.choice(names)
    one = state[some]
    found: dict[str, tuple[Tensors, Depth]] = {'no tensors at all': ({}, Depth.KIND)}
    for name, value in deltas.NOT_FINITE.items():
        found[f'{name} inside'] = ({**state, some: deltas._filled(one, value, rng)}, Depth.KIND)
        found[f'all {name}'] = ({key: torch.full_like(tensor, value) for key, tensor in state.items()}, Depth.KIND)
    for dtype in deltas.WRONG_DTYPES:
        found[f'of {dtype}'] = ({name: tensor.to(dtype) for name, tensor in state.items()}, Depth.KIND)
    shapes = {
        'a number': torch.tensor(1.0),
        'one row less': one[:-1].clone(),
        'empty': one[:0].clone(),
        'a dimension more': one[None].clone(),
        'in a row': one.flatten()[:1].clone(),
        'twice as long': torch.cat([one, one]),
    }
    found |= {f'a tensor is {name}': ({**state, some: tensor}, Depth.KIND) for name, tensor in shapes.items()}
    found |= {f'without {name}': (deltas._without(state, [name]), Depth.KIND) for name in names}
    found['a name changed'] = ({name.replace(some, f'{some}0'): tensor for name, tensor in state.items()}, Depth.KIND)
    found['one tensor more'] = ({**state, 'more': torch.zeros(3)}, Depth.KIND)
    found['one block more'] = (
        {**state, **{f'{name[:-1]}7': state[name] for name in names if name[-1] == '0'}},
        Depth.KIND,
    )
    found['ten thousand more'] = ({**state, **{f'tokens.{i + 9}': torch.zeros(4) for i in range(10_000)}}, Depth.KIND)
    return found


def with_model(meta: Meta, part: dict[str, object]) -> Meta:
    """Metadata whose config has another head."""
    model = json.loads(json.dumps(meta['model']))
    model['head'] = part
    return {**meta, 'model': model}


def with_base(meta: Meta, part: dict[str, object]) -> Meta:
    """Metadata whose config has another file of weights: what comparisons of configs leave out."""
    model = json.loads(json.dumps(meta['model']))
    model['backbone']['backbone']['init_cfg'] = part
    return {**meta, 'model': model}
