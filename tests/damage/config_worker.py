"""Train many configs, each in a process of its own with a time limit: ``python config_worker.py JOBS RESULTS``.

It runs as a file, with the checkout to be tried on ``PYTHONPATH``, and knows nothing of mmvpt but its command line. The
packages are imported once; each training is a fork of this process, so that a crash or a hang ends that training alone.

A line of JOBS is a JSON object: ``id``, ``arguments`` of ``tools/train.py``, and ``log``, a file for its output.
RESULTS get these lines with how each ended.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

HOSTS = ('mmengine', 'mmcv', 'mmpretrain.models', 'mmpretrain.datasets', 'mmseg.models', 'mmdet.models', 'timm')
LIMIT = 60.0
PROCESSES = 2


def main(jobs: str, results: str) -> None:
    """Run all jobs, some at a time."""
    import mmvpt

    repo = Path(mmvpt.__file__).parents[1]
    prepare(repo)
    waiting = [json.loads(line) for line in Path(jobs).read_text().splitlines()]
    running: dict[int, tuple[dict, float]] = {}
    with Path(results).open('a') as file:
        while waiting or running:
            while waiting and len(running) < PROCESSES:
                job = waiting.pop(0)
                running[start(job, repo)] = (job, time.monotonic())
            for job, end in ended(running):
                file.write(json.dumps(job | end) + '\n')
                file.flush()
            time.sleep(0.02)


def prepare(repo: Path) -> None:
    """Import what trainings import, and leave out what takes longer than a tiny training."""
    for name in HOSTS:
        try:
            import_module(name)
        except ImportError as error:
            print(f'Goes without {name}: {error}', file=sys.stderr)
    import_module('mmvpt.engine.launch')
    import torch
    from mmengine.runner import Runner, loops
    from mmpretrain.datasets import CIFAR100

    torch.set_num_threads(1)
    import_module('yapf.yapflib.yapf_api').FormatCode = lambda code, **options: (code, True)  # MMEngine's, and slow
    loops.time = SimpleNamespace(sleep=lambda seconds: None)
    for name in ('train', 'test'):
        setattr(CIFAR100, f'{name}_list', [[name, None]])  # other images than the true ones
    call_hook = Runner.call_hook

    def count(self: Runner, fn_name: str, **options: object) -> None:
        if fn_name == 'after_train_iter':
            print(f'#iteration {self.iter}', file=sys.stderr, flush=True)
        call_hook(self, fn_name, **options)

    Runner.call_hook = count
    sys.path[0] = str(repo / 'tools')


def start(job: dict, repo: Path) -> int:
    """Fork a process for a job."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.setsid()
        log = os.open(job['log'], os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        code = train(job['arguments'], repo)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def train(arguments: list[str], repo: Path) -> int:
    """Run the tool; an error is printed as one line of JSON, and so is whether it came from the package."""
    sys.argv = ['train.py', *arguments]
    try:
        runpy.run_path(str(repo / 'tools' / 'train.py'), run_name='__main__')
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    except BaseException as error:
        *_, last = traceback.extract_tb(error.__traceback__)
        end = dict(
            type=type(error).__name__,
            message=str(error),
            ours=last.filename.startswith(str(repo / 'mmvpt')),
            place=str(last),
        )
        traceback.print_exc()
        print('#error ' + json.dumps(end), file=sys.stderr, flush=True)
        return 1
    return 0


def ended(running: dict[int, tuple[dict, float]]) -> Iterator[tuple[dict, dict]]:
    """Yield jobs that have ended, or that took too long, and how."""
    for pid, (job, begun) in list(running.items()):
        done, status = os.waitpid(pid, os.WNOHANG)
        late = not done and time.monotonic() - begun > LIMIT
        if late:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if done or late:
            del running[pid]
            seconds = round(time.monotonic() - begun, 1)
            yield job, dict(status=None if late else os.waitstatus_to_exitcode(status), seconds=seconds)


if __name__ == '__main__':
    main(*sys.argv[1:])
