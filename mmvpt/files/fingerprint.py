"""Tensors told apart by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

#: Some bits of a tensor.
Bits = memoryview
#: Name, dtype, shape and bits of a tensor.
HashedPart = tuple[str, torch.dtype, tuple[int, ...], Iterable[Bits]]


def fingerprint(tensors: Mapping[str, Tensor]) -> str:
    """Hash names, dtypes, shapes and bits (SHA-256, hex), whatever the order, the device or the strides."""
    return hash_parts(
        (name, tensor.dtype, tuple(tensor.shape), [_bits(tensor)]) for name, tensor in sorted(tensors.items())
    )


def hash_parts(parts: Iterable[HashedPart]) -> str:
    """Hash tensors in the order of their names."""
    digest = hashlib.sha256()
    for name, dtype, shape, bits in parts:
        digest.update(repr((name, str(dtype), shape)).encode())
        for some in bits:
            digest.update(some)
    return digest.hexdigest()


def _bits(tensor: Tensor) -> Bits:
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().data  # numpy knows no bfloat16
