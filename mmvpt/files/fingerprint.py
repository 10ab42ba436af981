"""Tensors told apart by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor


def fingerprint(tensors: Mapping[str, Tensor]) -> str:
    """Hash names, dtypes, shapes and bits (SHA-256, hex), whatever the order, the device or the strides."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach()
        digest.update(repr((name, str(tensor.dtype), tuple(tensor.shape))).encode())
        bits = tensor.cpu().contiguous().reshape(-1).view(torch.uint8)  # numpy knows no bfloat16
        digest.update(bits.numpy().data)
    return digest.hexdigest()
