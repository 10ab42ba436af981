"""Runs to be killed, in processes that fork from a server which has imported everything."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.runner import loops

from mmvpt.benchmark.protocol import Options
from mmvpt.benchmark.protocols.quickstart import quickstart
from mmvpt.cli import main
from mmvpt.pruning.plan import Plan
from mmvpt.runs.steps import Step
from tests.engine.processes import SPAWN, run_in_fork, run_pipeline, start

from .disk import Disk, limit_files

STARTING, TRAINING, VALIDATING, WRITING = range(4)
PHASES = ('start', 'training', 'validation', 'write')
#: Seconds that an iteration takes at least, so that on a fast machine too a run has not ended when it is killed.
PACE = 0.03
#: Seconds after which a run that was sent a signal counts as going on.
PATIENCE = 30


@dataclass(frozen=True)
class Command:
    """A command to be run, killed, and run again.

    Args:
        arguments: Of ``mmvpt``.
        folder: Where it writes to.
        pause: Seconds that each step of a write takes.
        space: Writes until the disk is full.
        limit: Bytes that no file may exceed.
        environment: Variables of its own, of a launcher for instance.
    """

    arguments: tuple[str, ...]
    folder: Path
    pause: float | None = None
    space: int | None = None
    limit: int | None = None
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def console(self) -> Path:
        """Where what it says goes: next to its folder."""
        rank = dict(self.environment).get('RANK', '')
        return self.folder.with_name(f'{self.folder.name}{rank}.console')

    def on(self, **disk) -> Command:
        """The same command on another disk."""
        return replace(self, **disk)


class Progress:
    """Where a run is, for another process to see."""

    def __init__(self) -> None:
        self.numbers = SPAWN.Array('l', 2)
        self.name = SPAWN.Array('c', 80)

    phase = property(lambda self: self.numbers[0])
    iteration = property(lambda self: self.numbers[1])

    def put(self, phase: int, iteration: int | None = None) -> None:
        """Tell it, out of the run."""
        self.numbers[0] = phase
        if iteration is not None:
            self.numbers[1] = iteration

    def enter(self, name: str) -> None:
        """Tell that a file is being written."""
        self.name.value = name.encode()[:79]
        self.numbers[0] = WRITING

    def __str__(self) -> str:
        """The place in words."""
        words = f'{PHASES[self.phase]} {self.iteration}'
        return f'{words} {self.name.value.decode()}' if self.phase == WRITING else words


def run_command(command: Command, progress: Progress) -> None:
    """Run a command in this process, as a fresh interpreter would."""
    torch.set_num_threads(1)
    os.setpgrp()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts in the background ignore it
    os.environ.update(command.environment)
    _say_to(command.console)
    Config.pretty_text = property(repr)  # which takes seconds
    _follow(progress)
    if command.pause is not None or command.space is not None:
        leave = lambda: progress.put(TRAINING)  # noqa: E731
        Disk(command.folder, progress.enter, leave, command.pause or 0.0, command.space).mount()
    if command.limit is not None:
        limit_files(command.limit)
    sys.argv = ['mmvpt', *command.arguments]
    main(command.arguments)


def run_plan(plan: Plan) -> None:
    """Run the pipeline of E2VPT."""
    _say_to(plan.folder.with_name('console'))
    run_pipeline(plan)


def run_quickstart(options: Options) -> None:
    """Run the quickstart, each step of it in a fork of this process instead of a new Python."""
    os.setpgrp()
    torch.set_num_threads(1)
    _say_to(options.work_dir.with_name('console'))
    Step._stream = run_in_fork
    quickstart(options)


def _say_to(path: Path) -> None:
    """Let all that this process says go to the end of a file."""
    console = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(console, 1)
    os.dup2(console, 2)


def _follow(progress: Progress) -> None:
    """Let the loops tell where they are."""

    def told(usual: Callable, phase: int) -> Callable:
        def act(loop, *args):
            progress.put(phase, loop.runner.iter)
            time.sleep(PACE)
            return usual(loop, *args)

        return act

    loops.EpochBasedTrainLoop.run_iter = told(loops.EpochBasedTrainLoop.run_iter, TRAINING)
    loops.IterBasedTrainLoop.run_iter = told(loops.IterBasedTrainLoop.run_iter, TRAINING)
    loops.ValLoop.run = told(loops.ValLoop.run, VALIDATING)
    loops.time = type('Time', (), dict(sleep=staticmethod(lambda seconds: None)))


@dataclass(frozen=True)
class Moment:
    """When a run is killed, and how.

    Args:
        iteration: Not before it.
        phase: The next time that it is in this phase.
        delay: After so many seconds of it.
        signal: What it gets.
    """

    iteration: int
    phase: int
    delay: float
    signal: signal.Signals


class Victim:
    """A run of a command in a process of its own."""

    def __init__(self, command: Command) -> None:
        command.folder.parent.mkdir(parents=True, exist_ok=True)
        self.progress = Progress()
        self.process = start(run_command, command, self.progress)

    def kill(self, moment: Moment) -> str:
        """Kill it at a moment, and say where that was; nothing, if it had ended before."""
        seen = self.progress
        while self.process.is_alive() and (seen.iteration < moment.iteration or seen.phase != moment.phase):
            time.sleep(0.001)
        self.process.join(timeout=moment.delay)
        place = str(seen)
        if not self.process.is_alive():
            return ''
        os.kill(self.process.pid, moment.signal)
        self.process.join(timeout=PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
            return f'{place}, went on'
        return place if self.process.exitcode else ''

    def wait(self, seconds: float = 300) -> int:
        """Wait for its end, and return the exit code."""
        self.process.join(timeout=seconds)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        return self.process.exitcode


def say_last(command: Command, lines: int = 3) -> Sequence[str]:
    """What a command said at the end."""
    return command.console.read_text().strip().splitlines()[-lines:]
