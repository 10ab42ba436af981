"""Run a piece of Python in a process of its own, so that a crash, a hang or a kill is an outcome and not the end."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MEMORY = 8 << 30  # bytes that a piece may ask for
PATIENCE = 5
#: What lets root read and write whatever the permissions say: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
CAPABILITIES = 0b110
CAPABILITY_VERSION = 0x20080522


@dataclass(frozen=True)
class Ended:
    """How a piece ended.

    Args:
        status: What it hands to the system; negative for the number of the signal that ended it.
        hung: It was still running at the end of its time, and was stopped.
        printed: What it wrote, errors last.
        seconds: How long it took.
    """

    status: int
    hung: bool
    printed: str
    seconds: float


def run_isolated(piece: Callable[[], object], folder: Path, seconds: float) -> Ended:
    """Run a piece in a copy of this process and in a folder, as someone who is bound by permissions.

    Args:
        piece: What to run.
        folder: Where.
        seconds: How long the processor may be busy with it; on a busy machine that may take ``PATIENCE`` times as long.
    """
    out, err = folder / 'printed.out', folder / 'printed.err'
    start = time.monotonic()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        _live(piece, folder, out, err, seconds)
    status = _wait(child, start + PATIENCE * seconds)
    hung = status is None
    if hung:
        os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status or 0)
    printed = '\n'.join(path.read_text(errors='replace') if path.exists() else '' for path in (out, err))
    return Ended(code, hung or code == -signal.SIGXCPU, printed, time.monotonic() - start)


def _live(piece: Callable[[], object], folder: Path, out: Path, err: Path, seconds: float) -> None:
    """Be the copy, and never come back."""
    status = 1
    try:
        os.setsid()
        for descriptor, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), descriptor)
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _limit_busy(seconds)
        obey_permissions()
        piece()
        status = 0
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _limit_busy(seconds: float) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))


def _wait(child: int, until: float) -> int | None:
    pause = 0.002
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    return None


def obey_permissions() -> None:
    """Give up root's right to open what the permissions forbid; for others nothing changes."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice, for 64 bits
    if libc.capget(header, sets):
        return
    for place in range(3):
        sets[place] &= ~CAPABILITIES
    libc.capset(header, sets)
