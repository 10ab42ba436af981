"""Files of weights of others: a base in each format, and what converters read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from random import Random

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

from . import deltas
from .bytewise import npy
from .case import Damage, Depth, Right, whole
from .containers import as_zip
from .resume import to_bytes

Tensors = dict[str, Tensor]


def as_npz(state: Tensors) -> bytes:
    """A ``.npz``."""
    buffer = io.BytesIO()
    np.savez(buffer, **{name: tensor.float().numpy() for name, tensor in state.items()})
    return buffer.getvalue()


WRITERS: dict[str, Callable[[Tensors], bytes]] = {
    '.pth': to_bytes,
    '.safetensors': lambda state: save({name: tensor.contiguous() for name, tensor in state.items()}),
    '.npz': as_npz,
}


def damages(state: Tensors, rng: Random, suffix: str) -> Iterator[Damage]:
    """Other tensors for a base."""
    write = WRITERS[suffix]
    for name, (tensors, depth, right) in _of_tensors(state, rng).items():
        if suffix != '.npz' or 'torch.' not in name:
            yield Damage('', name, whole(write(tensors)), depth, right, suffix)


def _of_tensors(state: Tensors, rng: Random) -> dict[str, tuple[Tensors, Depth, Right]]:
    weights = [name for name, tensor in state.items() if tensor.is_floating_point() and tensor.ndim > 1]
    some = rng.choice(weights)
    one = state[some]
    found: dict[str, tuple[Tensors, Depth, Right]] = {
        'no tensors at all': ({}, Depth.MODEL, Right.REFUSE),
        'other numbers, all finite': ({**state, some: one * 1.5}, Depth.MODEL, Right.ACCEPT),
        'half of its tensors': (dict(list(state.items())[::2]), Depth.MODEL, Right.REFUSE),
        'all names other': ({f'other.{name}': tensor for name, tensor in state.items()}, Depth.MODEL, Right.REFUSE),
        'a tensor turned': ({**state, some: one.flip(0).movedim(0, -1).contiguous()}, Depth.MODEL, Right.EITHER),
        'empty tensors': ({name: tensor[:0].clone() for name, tensor in state.items()}, Depth.MODEL, Right.REFUSE),
        'numbers': ({name: torch.tensor(1.0) for name in state}, Depth.MODEL, Right.REFUSE),
        'a longer axis everywhere': (
            {name: tensor.repeat_interleave(2, 0) for name, tensor in state.items()},
            Depth.MODEL,
            Right.REFUSE,
        ),
    }
    for name, value in deltas.NOT_FINITE.items():
        found[f'{name} inside'] = ({**state, some: deltas._filled(one, value, rng)}, Depth.MODEL, Right.REFUSE)
        everywhere = {key: torch.full_like(tensor, value) for key, tensor in state.items()}
        found[f'all {name}'] = (everywhere, Depth.MODEL, Right.REFUSE)
    for dtype in (*deltas.WRONG_DTYPES, *deltas.OTHER_DTYPES):
        right = Right.EITHER if dtype in deltas.OTHER_DTYPES else Right.REFUSE
        found[f'of {dtype}'] = ({name: tensor.to(dtype) for name, tensor in state.items()}, Depth.MODEL, right)
    return found


def of_sizes(state: Tensors) -> Iterator[Damage]:
    """Sizes that a converter reads off names and shapes, and that no model has."""
    block = {name: tensor for name, tensor in state.items() if name.startswith('blocks.1.')}
    patch = state['patch_embed.proj.weight']
    others: dict[str, Tensors] = {
        f'a block of number {number}': {
            **state, **{name.replace('blocks.1.', f'blocks.{number}.'): tensor for name, tensor in block.items()}
        }
        for number in ('99999999999', '5000', '-1', '1_0', '٣', '007', 'x', '')
    }  # fmt: skip
    others |= {
        'a patch of no size': {**state, 'patch_embed.proj.weight': patch[..., :0].clone()},
        'a patch that is no square': {**state, 'patch_embed.proj.weight': patch[..., :3].clone()},
        'a patch in two dimensions': {**state, 'patch_embed.proj.weight': patch.flatten(1)},
        'five channels of an image': {**state, 'patch_embed.proj.weight': patch.repeat(1, 2, 1, 1)[:, :5].clone()},
        'positions that fit no square': {**state, 'pos_embed': state['pos_embed'][:, :-3].clone()},
        'positions without room': {**state, 'pos_embed': state['pos_embed'][:, :1].clone()},
        'positions of a number': {**state, 'pos_embed': torch.tensor(1.0)},
        'one position spread over terabytes': {**state, 'pos_embed': torch.zeros(1, 1, 32).expand(1, 1 << 35, 32)},
        'a norm of another width': {**state, 'blocks.0.norm1.weight': torch.ones(7)},
        'half of a projection': {**state, 'blocks.0.attn.qkv.weight': state['blocks.0.attn.qkv.weight'][:48].clone()},
        'a hidden layer of no width': {**state, 'blocks.0.mlp.fc1.weight': torch.zeros(0, 32)},
    }  # fmt: skip
    for name, tensors in others.items():
        right = Right.EITHER if name.startswith('five channels') else Right.REFUSE  # there are such images
        yield Damage('', name, whole(to_bytes(tensors)), Depth.MODEL, right, '.pth')


def archives(state: Tensors) -> Iterator[Damage]:
    """A ``.npz`` whose arrays are not arrays."""
    true = {f'{name}.npy': npy("'<f4'", str(tuple(t.shape)), t.numpy().tobytes()) for name, t in state.items()}
    first = next(iter(true))
    arrays = {
        'an array of objects': npy("'|O'", '(1,)', b'\x80\x04cos\nsystem\n(S"true"\ntR.'),
        'an array of gigabytes is claimed': npy("'<f4'", '(805306368,)', b'1234'),
        'an array that overflows': npy("'<f4'", '(4294967296, 4294967296)', b'1234'),
        'an array of no length': npy("'<f4'", '(-1,)', b'1234'),
        'a shape that is code': npy("'<f4'", '(__import__("os").system("touch canary"),)', b'1234'),
        'a dtype that is code': npy('__import__("os")', '(1,)', b'1234'),
        'an array of texts': npy("'<U4'", '(2,)', bytes(32)),
        'an array of records': npy("[('a', '<f4')]", '(1,)', b'1234'),
        'an array of times': npy("'<M8[s]'", '(1,)', bytes(8)),
        'an array of complex numbers': npy("'<c8'", '(1,)', bytes(8)),
        'an array of the other byte order': npy("'>f4'", '(1,)', b'1234'),
        'an array of a long header': b'\x93NUMPY\x02\x00\xff\xff\xff\x7f' + b' ' * 64,
        'an array that is cut': npy("'<f4'", '(99,)', b'1234'),
        'no array': b'weights',
        'an array of no numbers': npy("'<f4'", '(0,)', b''),
    }
    for name, array in arrays.items():
        yield Damage('', name, whole(as_zip({**true, first: array})), Depth.MODEL, suffix='.npz')
    bomb = npy("'<f4'", f'({300 << 18},)', bytes(300 << 20))
    yield Damage('', 'a bomb', whole(as_zip({**true, first: bomb}, 8)), Depth.MODEL, suffix='.npz')
    out = {**true, '../../outside.npy': true[first]}
    yield Damage('', 'a name out of the archive', whole(as_zip(out)), Depth.MODEL, Right.EITHER, '.npz')
    yield Damage(
        '', 'a file that is no array', whole(as_zip({**true, 'read.me': b'x'})), Depth.MODEL, Right.EITHER, '.npz'
    )
