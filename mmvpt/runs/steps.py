"""Steps of a longer piece of work: commands that are run once, go on after an interruption, and stop at an error."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmvpt.files.write import write_atomically

STAMP = 'step.json'
CONSOLE = 'console.log'
#: What MMEngine puts before a message, and what of its messages a watching user wants to see.
LOG_PREFIX = re.compile(r'^.* - (mmengine|mmseg|mmdet|mmpretrain) - INFO - ')
PROGRESS = re.compile(r'(Iter|Epoch)\((train|val|test)\).*?(\bloss: \S+|$)')


class StepFailed(RuntimeError):
    """A command ended with an error; the message holds its last words."""


@dataclass(frozen=True)
class Stamp:
    """Tells in a folder whose results it holds, and whether they are whole.

    Args:
        folder: Of these results, and of no others.
        key: Changes whenever the results would.
    """

    folder: Path
    key: str

    def is_done(self) -> bool:
        """Tell whether the folder holds just these results."""
        return self._read() == dict(key=self.key, done=True)

    def begin(self) -> None:
        """Remove the results of anything else, but nothing that no step made."""
        if self._read().get('key') != self.key:
            self._clear()
        self._write(done=False)

    def finish(self) -> None:
        """Say that the results are whole."""
        self._write(done=True)

    def _clear(self) -> None:
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / STAMP).exists():
            raise FileExistsError(
                f'{self.folder} holds files of someone else. Move them away, or choose another folder.'
            )
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self) -> dict[str, Any]:
        try:
            return json.loads((self.folder / STAMP).read_text())
        except FileNotFoundError:
            return {}

    def _write(self, done: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dict(key=self.key, done=done)).encode()
        write_atomically(self.folder / STAMP, lambda file: file.write(text))


@dataclass(frozen=True)
class Step:
    """A command that leaves its results in a folder of its own.

    Args:
        title: What it does, in a few words.
        folder: Where its results go; no one else's.
        command: Program and arguments; started anew in the same folder, it goes on from what it finds there.
        inputs: All else that decides the results, such as the text of a config or the ``key`` of an earlier step.
    """

    title: str
    folder: Path
    command: tuple[str, ...]
    inputs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Changes whenever the results would."""
        return key_of(self.command, self.inputs)

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.folder, self.key)

    def is_done(self) -> bool:
        """Tell whether the folder holds the results of just this step."""
        return self.stamp.is_done()

    def run(self, *, quiet: bool = False) -> None:
        """Run the command unless its results are there; show its progress, unless quiet, and keep all it says."""
        if self.is_done():
            print(f'\n== {self.title}: reused from {self.folder}', flush=True)
            return
        self.stamp.begin()
        print(f'\n== {self.title}\n$ {shlex.join(self.command)}', flush=True)
        start = time.perf_counter()
        code = self._stream(quiet)
        if code:
            raise StepFailed(self._explain(code))
        self.stamp.finish()
        print(f'   {self.title}: {time.perf_counter() - start:.0f} s', flush=True)

    def _stream(self, quiet: bool) -> int:
        with (
            open(self.folder / CONSOLE, 'a') as console,
            subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                console.write(line)
                if not quiet and (progress := PROGRESS.match(LOG_PREFIX.sub('', line))):
                    print(f'   {progress[0]}', flush=True)
        return process.returncode

    def _explain(self, code: int) -> str:
        return f'{self.title} ended with exit code {code}. {last_words(self.folder / CONSOLE)}'


def verb_command(verb: str, *arguments: str, processes: int = 1) -> tuple[str, ...]:
    """Return the command that runs a verb of ours, as a user would type it.

    Args:
        verb: What ``python -m mmvpt`` is asked to do.
        arguments: What follows the verb.
        processes: How many run it together, connected by torchrun.
    """
    if processes == 1:
        return sys.executable, '-m', 'mmvpt', verb, *arguments
    torchrun = ('-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', str(processes))
    return sys.executable, *torchrun, '-m', 'mmvpt', verb, '--launcher', 'pytorch', *arguments


def key_of(*parts: Any) -> str:
    """A short name for all that decides a result."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def last_words(console: Path) -> str:
    """The end of what a command said."""
    lines = console.read_text().splitlines()[-12:]
    return f'Its last words, out of {console}:\n\n' + '\n'.join(lines)
