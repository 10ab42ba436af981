"""What memory there is, to refuse what could never fit, and what a process took of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import torch


def total_memory() -> int | None:
    """Bytes of the memory that tensors made now live in, None where they need none (on ``meta``)."""
    device = torch.empty(0).device
    if device.type == 'meta':
        return None
    if torch.cuda.is_available():
        return torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
    return min([psutil.virtual_memory().total, *_limits_of_groups()])


def peak_memory() -> int:
    """Bytes that were resident in this process at most."""
    try:
        import resource
    except ImportError:  # Windows
        return psutil.Process().memory_info().peak_wset
    unit = 1 if sys.platform == 'darwin' else 2**10  # macOS counts bytes, the others kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def in_gib(number: int) -> str:
    """Bytes for people."""
    return f'{number / 2**30:,.1f} GiB'


def _limits_of_groups(root: Path = Path('/')) -> Iterator[int]:
    """Yield what the kernel grants the groups of processes that this one is in, as containers and Slurm make them."""
    groups = root / 'proc' / 'self' / 'cgroup'  # a line is 'number:controllers:path', without controllers in version 2
    for line in groups.read_text().splitlines() if groups.exists() else ():
        _, controllers, path = line.split(':', 2)
        first = 'memory' in controllers.split(',')
        place, name = ('memory', 'memory.limit_in_bytes') if first else ('', 'memory.max')
        folder = root / 'sys' / 'fs' / 'cgroup' / place / path.lstrip('/')
        found = [above / name for above in (folder, *folder.parents) if (above / name).exists()]
        limits = [limit.read_text().strip() for limit in found]
        yield from (int(limit) for limit in limits if limit != 'max')
