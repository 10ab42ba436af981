"""The same by true command lines: a Python started afresh, and what it prints and leaves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

from .case import Case, Seen
from .readers import READERS
from .true import TrueFiles

SECONDS = 400
#: The last frame of a printed traceback, its line, and the error under it.
LAST_FRAME = re.compile(
    r'  File "(?P<file>[^"]+)", line \d+, in [^\n]+\n    (?P<line>[^\n]+)\n'
    r'(?:    [^\n]*\n)*(?P<error>\w[\w.]*)(?:: |\n)'
)


def see_command(case: Case, path: Path, true: TrueFiles, package: Path) -> Seen:
    """Run the command line of a case, and say what it did."""
    command = READERS[case.reader].command
    assert command is not None
    name, *arguments = command(path, true)
    done = subprocess.run(
        [sys.executable, str(true.repo / 'tools' / name), *arguments],
        cwd=true.case,
        env={**os.environ, 'PYTHONPATH': f'{true.case}{os.pathsep}{true.repo}'},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    code = true.canary.exists()
    if done.returncode < 0:
        return Seen(killed=str(-done.returncode), code=code)
    if not done.returncode:
        return Seen(returned=True, code=code)
    frames = list(LAST_FRAME.finditer(done.stderr))
    if not frames:
        return Seen(error='SystemExit', message=done.stderr[-4000:], ours=True, code=code)
    last = frames[-1]
    ours = Path(last['file']).is_relative_to(package) and last['line'].startswith('raise ')
    return Seen(error=last['error'], message=done.stderr[last.end() :][-4000:], ours=ours, traceback=True, code=code)


def some_commands(cases: list[Case], number: int, seed: int) -> list[Case]:
    """Some cases of command lines, of as many commands as there are."""
    shuffled = Random(seed).sample(cases, len(cases))
    by_reader: dict[str, list[Case]] = {}
    for case in shuffled:
        if READERS[case.reader].command:
            by_reader.setdefault(case.reader, []).append(case)
    rows = max(map(len, by_reader.values()), default=0)
    return [found[row] for row in range(rows) for found in by_reader.values() if row < len(found)][:number]
