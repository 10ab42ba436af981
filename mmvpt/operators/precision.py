"""The precision that operators compute in."""

from __future__ import annotations

import torch
from torch import Tensor

HALVES = (torch.float16, torch.bfloat16)


def widen(tensor: Tensor) -> Tensor:
    """Return a tensor of half precision as float32, which every device computes in, and any other as it is."""
    return tensor.float() if tensor.dtype in HALVES else tensor
