"""What several processes of a run would say alike, said by the first of them."""

from __future__ import annotations

import os
import sys

#: Where launchers write the number of a process.
NUMBERS = ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK')


def process_number() -> int:
    """The number of this process in its run, from its launcher: 0 for the first, and where there is one alone."""
    return int(next((os.environ[name] for name in NUMBERS if name in os.environ), 0))


def say(message: str) -> None:
    """Print a message once for all processes; there is no logger before the runner exists."""
    if process_number() == 0:
        print(message, file=sys.stderr, flush=True)
