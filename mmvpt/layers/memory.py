"""What memory there is, to refuse what could never fit."""

from __future__ import annotations

import os

import torch


def total_memory() -> int | None:
    """Bytes of the memory that tensors made now live in, None where they need none (on ``meta``)."""
    device = torch.empty(0).device
    if device.type == 'meta':
        return None
    if torch.cuda.is_available():
        return torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
    return os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')


def in_gib(number: int) -> str:
    """Bytes for people."""
    return f'{number / 2**30:,.1f} GiB'
