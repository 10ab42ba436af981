"""Commands of ours that run as children of this process, and do not outlive it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mmvpt.files.lock import NO_LOCK

#: Tells a child which process it is to end with.
PARENT = 'MMVPT_PARENT'
#: Of Linux: the signal that a process gets when its parent has ended.
PR_SET_PDEATHSIG = 1
_RUNNING: set[subprocess.Popen[str]] = set()


@contextmanager
def start(command: Sequence[str], lock: int) -> Iterator[subprocess.Popen[str]]:
    """Start a command whose output is read here, and wait for it.

    Args:
        command: Program and arguments.
        lock: A file descriptor that it inherits.
    """
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        pass_fds=() if lock == NO_LOCK else (lock,),
        env={**os.environ, PARENT: str(os.getpid())},
    ) as process:
        _RUNNING.add(process)
        try:
            yield process
        finally:
            _RUNNING.discard(process)


def stop_all() -> None:
    """Kill the commands that run, and what they started: their folders are gone on with as after any kill."""
    import psutil

    for process in list(_RUNNING):
        try:
            started = psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            continue
        process.kill()
        for child in started:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue


def end_with_parent() -> None:
    """Let this process be killed when the one that started it as its child is, so that none writes on unseen."""
    parent = os.environ.pop(PARENT, '')
    if parent != str(os.getppid()):  # started by someone else, or by torchrun
        return
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (AttributeError, OSError):
        return  # not Linux: the lock of the folder keeps others out until this one has ended
    if parent != str(os.getppid()):
        os.kill(os.getpid(), signal.SIGKILL)  # it ended in between
