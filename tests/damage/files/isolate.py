"""A reader in a process of its own: crashes, hangs and kills are what is seen, and not the end."""

from __future__ import annotations

import faulthandler
import json
import linecache
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from .case import Seen

#: Address space beyond what the process has at its start, and what of it counts as too much.
ROOM, MOST = 1 << 30, 256 << 20
#: Seconds of the processor, and of the clock on a busy machine.
CPU_SECONDS, SECONDS = 30, 240


def see(read: Callable[[], object], folder: Path, package: Path) -> Seen:
    """Let a forked process read, and say what it did.

    Args:
        read: Opens the file.
        folder: Where it works.
        package: mmvpt's own, to tell whose errors are whose.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    report, send = os.pipe()
    child = os.fork()
    if not child:
        os.close(report)
        _work(read, folder, package, send)
    os.close(send)
    text = _wait_for(report)
    killed = text is None
    if killed:
        _kill(child)
    _, status, usage = os.wait4(child, 0)
    seconds = usage.ru_utime + usage.ru_stime
    if killed or os.WIFSIGNALED(status):
        signal_ = 'time' if killed else signal.Signals(os.WTERMSIG(status)).name
        return Seen(killed=signal_, seconds=seconds)
    told = json.loads(text) if text else dict(killed=f'exit {os.WEXITSTATUS(status)}')
    return Seen(**told, seconds=seconds)


def _wait_for(report: int) -> str | None:
    """All that the child says before it ends; None if it takes too long."""
    end, parts = time.monotonic() + SECONDS, []
    with os.fdopen(report, 'rb') as pipe:
        while time.monotonic() < end:
            if select.select([pipe], [], [], 1)[0]:
                part = os.read(pipe.fileno(), 1 << 16)
                if not part:
                    return b''.join(parts).decode()
                parts.append(part)
    return None


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)


def _work(read: Callable[[], object], folder: Path, package: Path, send: int) -> None:
    """Be the child, and end."""
    faulthandler.disable()  # a crash is what is looked for
    os.chdir(folder)
    _listen(folder)
    for number in (1, 2):
        os.dup2(os.open(folder / ('out.txt', 'err.txt')[number - 1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    before = _memory('VmSize')
    resource.setrlimit(resource.RLIMIT_AS, (before + ROOM, before + ROOM))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = _told(read, package)
    sys.stdout.flush()
    sys.stderr.flush()
    told['memory'] = told['memory'] or _memory('VmPeak') - before > MOST
    printed = (folder / 'err.txt').read_text(errors='replace') + (folder / 'out.txt').read_text(errors='replace')
    told['traceback'] = told['traceback'] or 'Traceback (most recent call last)' in printed
    told['code'] = (folder / 'canary').exists() or (folder / 'reached').exists()
    os.write(send, json.dumps(told).encode())
    os._exit(0)


def _told(read: Callable[[], object], package: Path) -> dict[str, object]:
    try:
        read()
    except SystemExit as stop:
        message = '' if stop.code in (None, 0) else str(stop.code)
        failed = bool(message)
        return dict(
            returned=not failed, error='SystemExit' * failed, message=message, ours=True, traceback=False, memory=False
        )
    except BaseException as error:  # whatever it is
        return dict(
            returned=False,
            error=type(error).__name__,
            message=str(error)[:4000],
            ours=_is_ours(error, package),
            traceback=True,
            memory=_is_of_memory(error),
        )
    return dict(returned=True, error='', message='', ours=False, traceback=False, memory=False)


def _is_ours(error: BaseException, package: Path) -> bool:
    """Whether a ``raise`` of mmvpt raised it, and not what mmvpt fell over."""
    where: TracebackType | None = error.__traceback__
    if where is None:
        return False
    frame = traceback.extract_tb(where)[-1]
    line = linecache.getline(frame.filename, frame.lineno or 0).strip()
    known = isinstance(error, ValueError | TypeError | OSError | RuntimeError | ImportError)
    return known and Path(frame.filename).is_relative_to(package) and line.startswith('raise ')


def _is_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        text = str(error)
        if isinstance(error, MemoryError) or "can't allocate memory" in text or 'Cannot allocate memory' in text:
            return True
        error = error.__cause__ or error.__context__
    return False


def _memory(key: str) -> int:
    """Of this process, in bytes."""
    (line,) = (line for line in Path('/proc/self/status').read_text().splitlines() if line.startswith(f'{key}:'))
    return int(line.split()[1]) << 10


def _listen(folder: Path) -> None:
    """Note whoever asks the network, or starts a process that may make its mark only later."""
    mark = str(folder / 'canary')

    def hear(event: str, arguments: object) -> None:
        asked = event in ('socket.connect', 'socket.getaddrinfo')
        if asked or (event in ('os.system', 'subprocess.Popen') and mark in repr(arguments)):
            os.close(os.open(folder / 'reached', os.O_WRONLY | os.O_CREAT))

    sys.addaudithook(hear)
