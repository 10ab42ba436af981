"""Pickles of ``torch.save``, read without code, and without arrays that numpy would read past their end."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging.history_buffer import HistoryBuffer
from torch import Tensor

from .refuse import refuse

_REMEDY = 'Copy or download it again, or ask for weights that torch.save wrote from a state_dict().'
#: Containers in containers, at most; MMEngine's own files have about six.
DEPTH = 100


class _NotPlain(ValueError):
    """What a pickle holds and weights never do."""


class _Array(np.ndarray):
    """An array while it is read: numpy's own trusts the sizes that a pickle claims."""

    def __new__(cls, shape: object, *rest: object) -> _Array:
        """Make none but the empty one that a state fills."""
        if shape != (0,):
            raise _NotPlain('an array that is made with a shape and without content')
        return super().__new__(cls, (0,), np.int8)

    def __setstate__(self, state: tuple) -> None:  # type: ignore[override]
        """Take shape, numbers and bytes that fit each other."""
        _, shape, dtype, _, content = state
        if not isinstance(dtype, np.dtype) or dtype.kind not in 'biufcSU' or not isinstance(content, bytes):
            raise _NotPlain('an array of something else than numbers')
        if min(shape, default=0) < 0 or prod(shape) * dtype.itemsize != len(content):
            raise _NotPlain(f'an array of the shape {shape} with {len(content)} bytes')
        super().__setstate__(state)


def load_plain(path: Path, map_location: Any) -> object:
    """Read what torch.save wrote: tensors, numbers, text and containers; nothing in it is run."""
    try:
        with torch.serialization.safe_globals(_plain_types()):
            content = torch.load(path, map_location, weights_only=True)
        return _Arrays().put_into(content)
    except _NotPlain as error:
        raise refuse(path, f'it holds {error}', _REMEDY) from error


def wanted_type(error: Exception) -> str | None:
    """The type that a pickle asks for in vain, by the error of torch."""
    found = re.search(r"(?:GLOBAL |got <class ')([\w.]+)", str(error))
    return found[1] if found else None


def _plain_types() -> list[Any]:
    """Harmless types beyond torch's own that MMEngine's Runner saves: numpy's, and histories of scalars."""
    names = [f'numpy.{core}.multiarray' for core in ('core', '_core')]  # as numpy 1 and numpy 2 spell it
    scalar: Any = np.float64(0).__reduce__()[0]
    codes = '?' + np.typecodes['AllInteger'] + np.typecodes['AllFloat'] + 'SU'
    return [
        *((_reconstruct, f'{name}._reconstruct') for name in names),
        *((scalar, f'{name}.scalar') for name in names),
        *(type(np.dtype(code)) for code in codes),
        (_Array, 'numpy.ndarray'),
        (_dtype, 'numpy.dtype'),
        HistoryBuffer,
        (_method_of_history, 'builtins.getattr'),
    ]


def _reconstruct(kind: object, shape: object, code: object) -> _Array:
    """Stand in for the function of numpy that makes an array without content; its state has the content."""
    if kind is not _Array:
        raise _NotPlain(f'an array of the kind {kind!r}')
    return _Array(shape)


def _dtype(code: object, *options: object) -> np.dtype:
    """Stand in for ``numpy.dtype``: a kind of numbers or text, by its code."""
    if not isinstance(code, str) or not re.fullmatch(r'[<>|=]?[biufcSU?]\d{0,5}', code):
        raise _NotPlain(f'numbers of the kind {str(code)[:40]!r}')
    return np.dtype(code)


def _method_of_history(owner: object, name: str) -> Any:
    """Stand in for ``getattr`` in a pickle; HistoryBuffer needs it for its own methods, nothing else does."""
    if owner is HistoryBuffer and name in ('min', 'max', 'current', 'mean'):
        return getattr(HistoryBuffer, name)
    raise _NotPlain(f'a getattr that reaches for {name!r} of {owner!r}, which weights do not need')


class _Arrays:
    """Puts plain arrays where they were read, and refuses tensors that claim more than they hold."""

    def __init__(self) -> None:
        self.done: dict[int, Any] = {}  # by id: one container may be in many places

    def put_into(self, part: Any, depth: int = 0) -> Any:
        """The part, with plain arrays."""
        if depth > DEPTH:
            raise _NotPlain(f'more than {DEPTH} containers inside of each other')
        if id(part) not in self.done:
            self.done[id(part)] = self._put_into(part, depth + 1)
        return self.done[id(part)]

    def _put_into(self, part: Any, depth: int) -> Any:
        if isinstance(part, Tensor):
            _require_storage(part)
        elif isinstance(part, np.ndarray):
            return np.asarray(part)
        elif isinstance(part, HistoryBuffer):
            vars(part).update(self.put_into(dict(vars(part)), depth))
        elif isinstance(part, dict):
            for name, value in part.items():
                part[name] = self.put_into(value, depth)
        elif isinstance(part, list):
            part[:] = [self.put_into(value, depth) for value in part]
        elif type(part) is tuple:
            return tuple(self.put_into(value, depth) for value in part)
        return part


def _require_storage(tensor: Tensor) -> None:
    if tensor.layout is torch.strided and not tensor.is_quantized and tensor.numel():
        span = 1 + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True))
        if tensor.numel() > span:
            raise _NotPlain(f'a tensor of the shape {tuple(tensor.shape)} with {span} numbers')
