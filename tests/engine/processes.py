"""Trainings in processes of their own, which start fast: they fork from a server that has imported everything."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import traceback
from contextlib import chdir, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import mmvpt  # noqa: F401  isort: skip  before mmpretrain, whose models may not be importable without it
import mmpretrain.models  # noqa: F401
import mmseg.models  # noqa: F401
import torch
from mmengine.config import Config

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


def run_pipeline(plan) -> None:
    """Run the pipeline of E2VPT, each step of it in a fork of this process instead of a new Python."""
    os.setpgrp()
    torch.set_num_threads(1)
    Step._stream = run_in_fork
    Pipeline(plan).run()


def run_in_fork(step: Step, quiet: bool, lock: int) -> int:
    """Run ``python -m MODULE ...`` as a fresh interpreter would; return its exit code."""
    module, *arguments = step.command[2:]
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    Config.pretty_text = property(as_python)
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


def as_python(config: Config) -> str:
    """A config as Python reads it, without the seconds that making it pretty takes."""
    return '\n'.join(f'{key} = {value!r}' for key, value in config.to_dict().items())
