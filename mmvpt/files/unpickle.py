"""Pickles of ``torch.save``, read without code, and without what numpy would believe of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from mmengine.logging.history_buffer import HistoryBuffer
from torch import Tensor

from .refuse import refuse

_REMEDY = 'Copy or download it again, or ask for weights that torch.save wrote from a state_dict().'
#: Containers in containers, at most; MMEngine's own files have about six.
DEPTH = 100
#: Bytes that a tensor may have beyond its storage, where one number is in many places (``expand``).
SPREAD = 16 << 20
#: Codes of numpy for numbers and text; objects, times and records are left out.
CODE = re.compile(r'[biufcSU]\d{1,5}')


class _NotPlain(ValueError):
    """What a pickle holds and weights never do."""


class _Kind:
    """A dtype of numpy while it is read: numpy's own takes sizes and flags from a pickle, and ends the process."""

    def __init__(self, code: object, *options: object) -> None:
        if not isinstance(code, str) or not CODE.fullmatch(code):
            raise _NotPlain(f'numbers of the kind {str(code)[:40]!r}')
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple) -> None:
        """Take the order of the bytes; all else is known by the code."""
        _, order, *parts, size, _, _ = state[:8]
        if order not in ('<', '>', '|', '=') or parts != [None] * 3 or size not in (-1, self.dtype.itemsize):
            raise _NotPlain(f'numbers of a kind {self.dtype} that is changed')
        self.dtype = self.dtype.newbyteorder(order)


class _Array:
    """An array while it is read: numpy's own believes the sizes that a pickle claims."""

    value: np.ndarray | None = None

    def __setstate__(self, state: tuple) -> None:
        """Take shape, numbers and bytes that fit each other."""
        _, shape, kind, by_columns, content = state
        self.value = _filled(shape, kind, content, 'F' if by_columns else 'C')


def _filled(shape: Sequence[int], kind: object, content: object, order: Literal['C', 'F'] = 'C') -> np.ndarray:
    if not isinstance(kind, _Kind) or not isinstance(content, bytes):
        raise _NotPlain('an array of something else than numbers')
    if min(shape, default=0) < 0 or prod(shape) * kind.dtype.itemsize != len(content):
        raise _NotPlain(f'an array of the shape {shape} with {len(content)} bytes')
    native = kind.dtype.newbyteorder('=')
    if not content:
        return np.empty(shape, native)
    return np.ndarray(shape, kind.dtype, content, order=order).astype(native)  # a copy, which can be written


def load_plain(path: Path, map_location: Any) -> object:
    """Read what torch.save wrote: tensors, numbers, text and containers; nothing in it is run."""
    try:
        with torch.serialization.safe_globals(_plain_types()):
            content = torch.load(path, map_location, weights_only=True)
        return _Finisher().finish(content)
    except _NotPlain as error:
        raise refuse(path, f'it holds {error}', _REMEDY) from error


def wanted_type(error: Exception) -> str | None:
    """The type that a pickle asks for in vain, by the error of torch."""
    found = re.search(r"(?:GLOBAL |got <class ')([\w.]+)", str(error))
    return found[1] if found else None


def _plain_types() -> list[Any]:
    """Harmless types beyond torch's own that MMEngine's Runner saves: stand-ins for numpy's, and histories."""
    stand_ins = {'_reconstruct': _reconstruct, 'scalar': _scalar}
    return [
        *(
            (stand_in, f'numpy.{core}.multiarray.{name}')
            for core in ('core', '_core')  # as numpy 1 and numpy 2 spell it
            for name, stand_in in stand_ins.items()
        ),
        (_Array, 'numpy.ndarray'),
        (_Kind, 'numpy.dtype'),
        (_no_bytes, 'builtins.bytes'),
        HistoryBuffer,
        (_method_of_history, 'builtins.getattr'),
    ]


def _reconstruct(kind: object, shape: object, code: object) -> _Array:
    """Stand in for the function of numpy that makes an array without content; its state has the content."""
    if kind is not _Array or shape != (0,):
        raise _NotPlain('an array that is made with a shape and without content')
    return _Array()


def _scalar(kind: object, content: object) -> np.generic:
    """Stand in for the function of numpy that makes a number."""
    number: np.generic = _filled((), kind, content).flat[0]
    return number


def _no_bytes() -> bytes:
    """Stand in for ``bytes``, by which pickles of old protocols spell empty ones."""
    return b''


def _method_of_history(owner: object, name: str) -> Any:
    """Stand in for ``getattr`` in a pickle; HistoryBuffer needs it for its own methods, nothing else does."""
    if owner is HistoryBuffer and name in ('min', 'max', 'current', 'mean'):
        return getattr(HistoryBuffer, name)
    raise _NotPlain(f'a getattr that reaches for {name!r} of {owner!r}, which weights do not need')


class _Finisher:
    """Puts arrays in the place of stand-ins, and refuses tensors that claim more than they hold."""

    def __init__(self) -> None:
        #: What became of each part, by its id; the part is kept too, since an id is used again once its owner is gone.
        self.done: dict[int, tuple[object, Any]] = {}

    def finish(self, part: Any, depth: int = 0) -> Any:
        """The part without stand-ins."""
        if depth > DEPTH:
            raise _NotPlain(f'more than {DEPTH} containers inside of each other')
        if id(part) not in self.done:
            self.done[id(part)] = part, self._finish(part, depth + 1)
        return self.done[id(part)][1]

    def _finish(self, part: Any, depth: int) -> Any:
        if isinstance(part, Tensor):
            _require_storage(part)
        elif isinstance(part, _Kind):
            return part.dtype
        elif isinstance(part, _Array):
            return _value_of(part)
        elif isinstance(part, HistoryBuffer):
            vars(part).update(self.finish(dict(vars(part)), depth))
        elif isinstance(part, dict):
            for name, value in part.items():
                part[name] = self.finish(value, depth)
        elif isinstance(part, list):
            part[:] = [self.finish(value, depth) for value in part]
        elif type(part) is tuple:
            return tuple(self.finish(value, depth) for value in part)
        return part


def _value_of(array: _Array) -> np.ndarray:
    if array.value is None:
        raise _NotPlain('an array that is made without content')
    return array.value


def _require_storage(tensor: Tensor) -> None:
    if tensor.layout is torch.strided and not tensor.is_quantized and tensor.numel():
        span = 1 + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True))
        if tensor.numel() > span and tensor.numel() * tensor.element_size() > SPREAD:
            raise _NotPlain(f'a tensor of the shape {tuple(tensor.shape)} with {span} numbers')
