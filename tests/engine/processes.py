"""Trainings in processes of their own, which start fast: they fork from a server that has imported everything."""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import runpy
import signal
import sys
import time
import traceback
from contextlib import chdir, redirect_stderr, redirect_stdout
from ctypes import c_int
from importlib.util import find_spec
from pathlib import Path

import mmvpt  # isort: skip  before mmpretrain, whose models may not be importable without it
import mmpretrain.models  # noqa: F401
import mmseg.models  # noqa: F401
import torch
from mmengine.config import Config
from mmengine.hooks import checkpoint_hook

import mmvpt.files.write
from mmvpt import cli
from mmvpt.engine.launch import build_runner, shutdown
from mmvpt.pruning.pipeline import Pipeline
from mmvpt.pruning.run import score
from mmvpt.runs.steps import CONSOLE, Step

if find_spec('mmdet'):
    import mmdet.models  # noqa: F401

REPO = Path(__file__).resolve().parents[2]
SPAWN = multiprocessing.get_context('forkserver')
SPAWN.set_forkserver_preload([__name__])
STARTING, TRAINING, WRITING = range(3)


def start(target, *args):
    """Start a function of this module in a process of its own."""
    process = SPAWN.Process(target=target, args=args)
    with chdir(REPO):  # the first one starts the server, which looks for this module in the current folder
        process.start()
    return process


def finish(*processes):
    """Wait for processes that must succeed."""
    for process in processes:
        process.join(timeout=120)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def become_rank(rank: int, world: int, port: int) -> None:
    """Set what torchrun sets for one of several processes."""
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(world))
    os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))


def train_rank(config: dict, rank: int, world: int, port: int) -> None:
    """Train as one of several processes."""
    become_rank(rank, world, port)
    train_alone(config, launcher='pytorch')


def run_rank(command: list[str], folder: str, rank: int, world: int, port: int) -> None:
    """Run a command of ours in a folder as one of several processes."""
    os.chdir(folder)
    become_rank(rank, world, port)
    torch.set_num_threads(1)
    Config.pretty_text = property(repr)
    cli.main(command)


def score_rank(config: str, delta: str, out: str, rank: int, world: int, port: int) -> None:
    """Score prompts as one of several processes."""
    become_rank(rank, world, port)
    torch.set_num_threads(1)
    score(config, delta, out, launcher='pytorch')
    shutdown()


def train_alone(config: dict, launcher: str = 'none') -> None:
    """Train without the seconds that pretty-printing a config takes."""
    torch.set_num_threads(1)
    Config.pretty_text = property(repr)
    build_runner(Config(config), launcher).train()


def train_with_slow_files(config: dict, phase) -> None:
    """Train, taking long over every step of writing a file, and tell the phase."""

    class SlowFile(io.FileIO):
        def write(self, data):
            half = len(data) // 2
            done = super().write(data[:half])
            time.sleep(0.02)
            return done + super().write(data[half:])

    def slowly(action):
        def act(*args, **kwargs):
            phase.value = WRITING
            time.sleep(0.01)
            result = action(*args, **kwargs)
            time.sleep(0.01)
            phase.value = TRAINING
            return result

        return act

    mmvpt.files.write.open = slowly(SlowFile)
    checkpoint_hook.open = slowly(open)
    os.replace, os.fsync, os.unlink = slowly(os.replace), slowly(os.fsync), slowly(os.unlink)
    train_alone(config)


class Victim:
    """A training to be killed, in its steps or while it writes a file."""

    def __init__(self, config: dict) -> None:
        self.phase = SPAWN.Value(c_int, STARTING)
        self.process = start(train_with_slow_files, config, self.phase)

    def kill(self, phase: int, moment: random.Random) -> int:
        """Wait for a phase and a random while more, kill, and say in which phase that was."""
        while self.process.is_alive() and self.phase.value != phase:
            time.sleep(0.001)
        time.sleep(moment.uniform(0, 0.3))
        self.process.kill()
        self.process.join()
        return self.phase.value


def run_pipeline(plan) -> None:
    """Run the pipeline of E2VPT, each step of it in a fork of this process instead of a new Python."""
    os.setpgrp()
    torch.set_num_threads(1)
    Step._stream = run_in_fork
    Pipeline(plan).run()


def run_in_fork(step: Step, quiet: bool) -> int:
    """Run ``python -m MODULE ...`` as a fresh interpreter would; return its exit code."""
    module, *arguments = step.command[2:]
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    Config.pretty_text = property(repr)
    with open(step.folder / CONSOLE, 'a') as console, redirect_stdout(console), redirect_stderr(console):
        sys.argv = [module, *arguments]
        try:
            runpy.run_module(module, run_name='__main__')
        except BaseException:
            traceback.print_exc()
            console.flush()
            os._exit(1)
    os._exit(0)


def kill_group(process, seconds: float) -> None:
    """Kill a pipeline and what it started, after a while."""
    process.join(timeout=seconds)
    if process.is_alive():
        os.killpg(process.pid, signal.SIGKILL)
    process.join()
