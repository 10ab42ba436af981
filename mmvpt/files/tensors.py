"""Tensors of files: which names and shapes there are, and that they hold finite numbers."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from .paths import PathLike
from .refuse import WRITE_AGAIN, refuse


def is_finite(tensor: Tensor) -> bool:
    """Whether a tensor holds neither NaN nor infinity; integers never do."""
    if not (tensor.is_floating_point() or tensor.is_complex()):
        return True
    return bool(torch.isfinite(tensor.float() if tensor.element_size() == 1 else tensor).all())


def require_tensors(tensors: Mapping[str, Tensor], dims: Mapping[str, int], path: PathLike) -> None:
    """Refuse other tensors than those named, of another number of dimensions, or of no finite floats.

    Args:
        tensors: As they were read.
        dims: How many dimensions each has to have.
        path: The file, for messages.
    """
    for what, names in (('lacks', dims.keys() - tensors.keys()), ('has the unknown', tensors.keys() - dims.keys())):
        if names:
            raise refuse(path, f'it {what} tensors {", ".join(sorted(names)[:3])}', WRITE_AGAIN)
    for name, tensor in tensors.items():
        if tensor.ndim != dims[name] or not tensor.numel() or not tensor.is_floating_point():
            raise refuse(path, f'{name} is {tensor.dtype} of the shape {tuple(tensor.shape)}', WRITE_AGAIN)
        if not is_finite(tensor):
            raise refuse(path, f'{name} holds NaN or infinity', WRITE_AGAIN)


def require_any_tensor(checkpoint: object, path: PathLike) -> None:
    """Refuse a checkpoint without a tensor: loaders that pass over what is missing would load nothing."""
    if not _holds_tensors(checkpoint, set()):
        raise refuse(path, 'it holds no tensors', 'Give a file of weights, such as one that torch.save wrote.')


def _holds_tensors(part: object, seen: set[int]) -> bool:
    if not isinstance(part, Mapping) or id(part) in seen:
        return isinstance(part, Tensor)
    seen.add(id(part))  # one dict may be in many places
    return any(_holds_tensors(value, seen) for value in part.values())
