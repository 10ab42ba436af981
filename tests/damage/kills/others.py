"""Other kills: one of two processes, a conversion, a pipeline; and a disk that is full."""

from __future__ import annotations

import random
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TypeVar

import torch
from mmengine.registry import init_default_scope

from mmvpt.benchmark.protocol import Options
from mmvpt.files.read import read_checkpoint
from mmvpt.pruning.plan import Plan
from mmvpt.registry import MODELS
from tests.benchmark.tiny import NO_WORKERS
from tests.engine.processes import kill_group, start

from .child import TRAINING, WRITING, Command, Moment, Victim, run_plan, run_quickstart, say_last
from .judge import compare, damaged, differences
from .runs import FINE, SIGNALS, TASKS, Outcome, finish_command, make_config, training

T = TypeVar('T')
#: Seconds that the other process may take to end.
LONGEST = 30


def try_full_disk(number: int, root: Path, seed: int) -> Iterator[Outcome]:
    """Let the disk be full at some write, by errors and by the system's limit in turn; go on once there is space."""
    rng = random.Random(f'{seed} full')
    root.mkdir(parents=True, exist_ok=True)
    whole = root / 'whole'
    config = make_config('seg', 'EMA+best', root)
    finish_command(training(config, whole))
    largest = max(path.stat().st_size for path in whole.glob('*.pth'))
    for index in range(number):
        command = training(config, root / f'full_{index}')
        disk = dict(limit=rng.randrange(largest // 3, largest)) if index % 2 else dict(space=rng.randint(0, 40))
        victim = Victim(command.on(**disk))
        code = victim.wait()
        words = ' '.join(say_last(command, 1))
        wrong = damaged(command.folder)
        if code == 0:
            wrong.append('the run ended')
        elif not any(word in words for word in ('No space left on device: ', 'File too large: ')):
            wrong.append(f'no file is named, writing {victim.progress}: {words[-120:]!r}')
        finish_command(command)
        wrong += differences(whole, command.folder)
        yield Outcome('full', 'EFBIG' if index % 2 else 'ENOSPC', 'EMA+best', str(disk), '; '.join(wrong) or FINE)


def try_two_processes(number: int, root: Path, seed: int) -> Iterator[Outcome]:
    """Kill one of two processes; the other must end and say why."""
    rng = random.Random(f'{seed} two')
    root.mkdir(parents=True, exist_ok=True)
    config = make_config('seg', 'EMA+best', root)
    text = config.read_text()
    config.write_text(text.replace("'BN'", "'SyncBN'"))  # of plain batch norms each process has statistics of its own
    whole = root / 'whole'
    for victim in _start_two(config, whole):
        if victim.wait():
            raise RuntimeError(f'Two processes failed: {say_last(training(config, whole), 10)}')
    for index in range(number):
        rank, folder = index % 2, root / f'two_{index}'
        moment = Moment(rng.randrange(TASKS['seg'].iterations), TRAINING, rng.uniform(0, 0.2), SIGNALS[index % 3])
        ranks = _start_two(config, folder)
        place = ranks[rank].kill(moment)
        code = ranks[1 - rank].wait(LONGEST)
        words = ' '.join(say_last(_of_rank(training(config, folder), 1 - rank, 0), 40))
        wrong = damaged(folder)
        if place and code == -signal.SIGKILL:
            wrong.append(f'the other went on for {LONGEST} s')
        elif place and not any(word in words for word in ('closed by peer', 'reset by peer', 'Broken pipe')):
            wrong.append(f'the other ended with {code} and said {words[-200:]!r}')
        for victim in _start_two(config, folder):
            if victim.wait():
                wrong.append('resuming failed')
        wrong += differences(whole, folder)
        yield Outcome('two', moment.signal.name, f'rank {rank}', place or 'ended before', '; '.join(wrong) or FINE)


def _start_two(config: Path, folder: Path) -> list[Victim]:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    return [Victim(_of_rank(training(config, folder), rank, port)) for rank in range(2)]


def _of_rank(command: Command, rank: int, port: int) -> Command:
    variables = dict(RANK=rank, LOCAL_RANK=rank, WORLD_SIZE=2, MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
    environment = tuple((name, str(value)) for name, value in variables.items())
    return command.on(arguments=(*command.arguments, '--launcher', 'pytorch'), environment=environment)


def try_conversion(number: int, root: Path, seed: int) -> Iterator[Outcome]:
    """Kill a conversion, most often while it writes; a file that is there is whole."""
    rng = random.Random(f'{seed} convert')
    root.mkdir(parents=True, exist_ok=True)
    source = root / 'source.pth'
    init_default_scope('mmpretrain')
    with redirect_stdout(StringIO()):
        torch.save(dict(state_dict=MODELS.build(dict(type='ResNet', depth=18)).state_dict()), source)
    for suffix in ('.safetensors', '.pth'):
        whole = _converting(source, root / f'whole{suffix}')
        finish_command(whole)
        for index in range(number // 2):
            command = _converting(source, root / f'killed{index}' / f'base{suffix}')
            target = Path(command.arguments[2])
            phase = WRITING if index % 4 else 0
            moment = Moment(0, phase, rng.uniform(0, 0.3), SIGNALS[index % 3])
            place = Victim(command.on(pause=0.02)).kill(moment)
            wrong = _unlike(target, Path(whole.arguments[2])) if target.exists() else []
            finish_command(command)
            wrong += _unlike(target, Path(whole.arguments[2]))
            wrong += [f'left over {path.name}' for path in target.parent.iterdir() if path.suffix == '.partial']
            yield Outcome('convert', moment.signal.name, suffix, place or 'ended before', '; '.join(wrong) or FINE)


def _converting(source: Path, target: Path) -> Command:
    return Command(('convert', str(source), str(target)), target.parent)


def _unlike(path: Path, whole: Path) -> list[str]:
    got, expected = read_checkpoint(path), read_checkpoint(whole)
    return [f'{path.name}: {where}' for where in compare(expected, got)]


def try_pipeline(number: int, root: Path, seed: int) -> Iterator[Outcome]:
    """Kill the pipeline of E2VPT with all that it started, again and again; it ends as one that nobody killed."""
    from tests.pruning.test_pipeline import final_delta, plan_of

    rng = random.Random(f'{seed} e2vpt')
    root.mkdir(parents=True, exist_ok=True)
    with redirect_stdout(StringIO()):
        whole, killed = plan_of(root, 'whole'), plan_of(root, 'killed')
    _run_to_end(run_plan, whole)
    seconds = []
    for _ in range(number):
        seconds.append(rng.uniform(0.5, 8))
        kill_group(start(run_plan, killed), seconds[-1])
    _run_to_end(run_plan, killed)
    wrong = [] if _report(killed) == _report(whole) else ['another report']
    for one in (0, 1):
        wrong += _unlike(final_delta(killed, one), final_delta(whole, one))
    wrong += [f'left over {path.name}' for path in killed.folder.rglob('*.partial')]
    for each in seconds:
        yield Outcome('e2vpt', 'SIGKILL', '', f'after {each:.1f} s', '; '.join(wrong) or FINE)


def _run_to_end(target: Callable[[T], None], given: T) -> None:
    process = start(target, given)
    process.join(timeout=600)
    if process.exitcode != 0:
        raise RuntimeError(f'{target.__name__} ended with {process.exitcode}.')


def _report(plan: Plan) -> str:
    return (plan.folder / 'report.md').read_text()


def try_quickstart(number: int, root: Path, seed: int) -> Iterator[Outcome]:
    """Kill the quickstart with all that it started, pictures included."""
    rng = random.Random(f'{seed} quickstart')
    whole, killed = (_small(root / name) for name in ('whole', 'killed'))
    _run_to_end(run_quickstart, whole)
    seconds = [rng.uniform(0.2, 12) for _ in range(number)]
    for each in seconds:
        kill_group(start(run_quickstart, killed), each)
    _run_to_end(run_quickstart, killed)
    wrong = differences(whole.work_dir, killed.work_dir)
    wrong += [] if _pictures(whole) == _pictures(killed) else ['other pictures']
    for each in seconds:
        yield Outcome('quickstart', 'SIGKILL', '', f'after {each:.1f} s', '; '.join(wrong) or FINE)


def _small(folder: Path) -> Options:
    (folder / 'work').mkdir(parents=True)
    short = {**NO_WORKERS, 'train_cfg.max_iters': 4, 'train_cfg.val_interval': 2}
    return Options(folder / 'work', folder / 'data', splits=dict(train=24, val=6), overrides=short)


def _pictures(options: Options) -> dict[str, bytes]:
    root = options.data_root
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob('*') if path.is_file()}


OTHERS = {
    'two': try_two_processes,
    'full': try_full_disk,
    'convert': try_conversion,
    'e2vpt': try_pipeline,
    'quickstart': try_quickstart,
}
