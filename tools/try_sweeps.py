"""Kill sweeps at random moments, and look for what was lost or run twice.

    python tools/try_sweeps.py --seed 11 --kills 12

starts a sweep of pretended trainings (they only write logs), kills one of its processes at a random moment, starts the
same sweep again where it does not go on by itself, and so on. Victims are a worker of Ray, a training, the driver, and
Ray's own processes. At the end each epoch of each training has to be there once, nothing that was finished may have run
again, and the selection has to be that of a sweep without a kill.

    python tools/try_sweeps.py --nodes

starts two nodes with ``ray start`` on this machine, one sweep on both, and tells what ran where.

    python tools/try_sweeps.py --gpus-per-trial 0.5

starts a node that says it has two GPUs, and tells which of them trainings were given, and how many at a time shared
one. No GPU is needed: trainings only pretend.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
try:
    from tests.benchmark.sweep.pretended import notes_of, pretend
except ModuleNotFoundError:
    sys.exit('tools/try_sweeps.py needs the tests beside it: run it from a checkout of mmvpt.')

from mmvpt.benchmark.sweep.selection import select
from mmvpt.text.tables import format_table

RATES = tuple(0.1 * place for place in range(1, 25))
SECONDS, EPOCHS = 1.5, 6
DRIVER = """
import sys
from pathlib import Path
from mmvpt.benchmark.sweep.progress import Progress
from mmvpt.benchmark.sweep.search import Search
from mmvpt.benchmark.sweep.with_ray import Resources, run_trials
from tools.try_sweeps import trials_in
trials = trials_in(Path(sys.argv[1]))
resources = Resources(cpus=1, gpus=float(sys.argv[3]), address=sys.argv[2] or None)
errors = run_trials(trials, Search(), resources, Progress(trials))
sys.exit(bool(errors))
"""
ADDRESS = '127.0.0.2:6399'
#: Options of the first node.
HEAD = [
    '--head',
    '--node-ip-address=127.0.0.2',
    '--port=6399',
    '--include-dashboard=false',
    '--min-worker-port=20000',
    '--max-worker-port=20999',
]
#: Who is killed, by the name of the process.
VICTIMS = {
    'worker': lambda process: process.name().startswith('ray::'),
    'training': lambda process: 'scalars.json' in ' '.join(process.cmdline()),
    'raylet': lambda process: process.name() == 'raylet',
    'gcs': lambda process: process.name() == 'gcs_server',
}


def trials_in(folder: Path) -> list:
    """The same trials in every process."""
    return [pretend(folder, rate, SECONDS, EPOCHS) for rate in RATES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seed', type=int, default=0, help='of moments and victims (%(default)s)')
    parser.add_argument('--kills', type=int, default=8, help='how many (%(default)s)')
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument('--nodes', action='store_true', help='run on two nodes instead')
    instead.add_argument('--gpus-per-trial', type=float, help='run on two pretended GPUs instead')
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='sweeps_') as name:
        folder = Path(name)
        if args.nodes:
            run_on_nodes(folder)
        elif args.gpus_per_trial:
            run_on_gpus(folder, args.gpus_per_trial)
        else:
            run_with_kills(folder, random.Random(args.seed), args.kills)


def drive(folder: Path, address: str = '', gpus: float = 0) -> subprocess.Popen:
    """Start the sweep."""
    quick = {'RAY_gcs_rpc_server_reconnect_timeout_s': '5'}  # a driver without Ray gives up after seconds
    quick |= {'RAY_AUTH_MODE': 'disabled'} if address else {}
    root = str(Path(__file__).resolve().parents[1])
    environment = {**os.environ, **quick, 'PYTHONPATH': root}
    log = open(folder.with_suffix('.log'), 'a')  # noqa: SIM115  the process writes to it
    command = [sys.executable, '-W', 'ignore', '-c', DRIVER, str(folder), address, str(gpus)]
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def run_with_kills(folder: Path, draw: random.Random, kills: int) -> None:
    """Kill, start again, and judge."""
    trials = trials_in(folder)
    finished: dict[str, tuple[str, ...]] = {}
    rows = []
    driver = drive(folder)
    for number in range(kills):
        if all(trial.state != 'open' for trial in trials):
            break
        before = sum(len(trial.evaluations) for trial in trials)
        while sum(len(trial.evaluations) for trial in trials) == before and driver.poll() is None:
            time.sleep(0.1)  # something has to happen between two kills
        time.sleep(draw.uniform(0, 3))
        finished |= {trial.name: tuple(notes_of(trial)) for trial in trials if trial.state == 'done'}
        victim = draw.choice(['driver', *VICTIMS])
        hit = kill(victim, driver) or kill('driver', driver)  # Ray may just be starting or ending
        ended = wait_a_while(driver) if hit in ('driver', 'raylet', 'gcs_server') else driver.poll() is not None
        rows.append(
            dict(
                kill=str(number + 1), victim=victim, hit=hit or 'nothing', finished=f'{len(finished)} of {len(trials)}'
            )
        )
        if ended and any(trial.state == 'open' for trial in trials):
            driver = drive(folder)
    while any(trial.state == 'open' for trial in trials):
        if driver.wait() and any(trial.state == 'open' for trial in trials):
            driver = drive(folder)
    print(format_table(rows))
    judge_trials(trials, finished)


def kill(victim: str, driver: subprocess.Popen) -> str:
    """Kill a process of a kind; return its name, or nothing where there was none."""
    if driver.poll() is not None:
        return ''
    if victim == 'driver':
        driver.kill()
        return 'driver'
    for process in psutil.Process(driver.pid).children(recursive=True):
        try:
            if VICTIMS[victim](process):
                name = process.name()
                process.kill()
                return name
        except psutil.Error:
            continue
    return ''


def wait_a_while(driver: subprocess.Popen, seconds: float = 60.0) -> bool:
    """Whether a driver ends by itself; one that does not is killed, as a user would."""
    try:
        driver.wait(seconds)
    except subprocess.TimeoutExpired:
        driver.kill()
        driver.wait()
    return True


def judge_trials(trials: list, finished: dict[str, tuple[str, ...]]) -> None:
    """Say what was lost or run twice."""
    epochs = [str(epoch + 1) for epoch in range(EPOCHS)]
    wrong = [trial.name for trial in trials if [word for word in notes_of(trial) if word.isdigit()] != epochs]
    again = [
        trial.name for trial in trials if finished.get(trial.name, tuple(notes_of(trial))) != tuple(notes_of(trial))
    ]
    best = select(trials, 'last').name
    expected = min(trials, key=lambda trial: abs(dict(trial.setting)[next(iter(dict(trial.setting)))] - 1)).name
    print(f'\nepochs lost or twice: {len(wrong)}; finished ones run again: {len(again)}; selected {best}')
    if wrong or again or best != expected:
        sys.exit(f'wrong: {wrong}, again: {again}, expected {expected}')


def run_on_nodes(folder: Path) -> None:
    """One sweep on two nodes of this machine."""
    other = ['--address=127.0.0.2:6399', '--node-ip-address=127.0.0.3']
    with nodes([*HEAD, '--num-cpus=1'], [*other, '--num-cpus=1', '--min-worker-port=21000', '--max-worker-port=21999']):
        driver = drive(folder, ADDRESS)
        seen: Counter[str] = Counter()
        while driver.poll() is None:
            seen.update(node_of(process) for process in psutil.process_iter() if is_training(process))
            time.sleep(0.3)
        print(f'exit status {driver.returncode}; looks at running trainings by node: {dict(seen)}')
        judge_trials(trials_in(folder), {})


def run_on_gpus(folder: Path, gpus: float) -> None:
    """One sweep on a node that says it has two GPUs."""
    with nodes([*HEAD, '--num-cpus=8', '--num-gpus=2']):
        driver = drive(folder, ADDRESS, gpus)
        most: Counter[str] = Counter()
        while driver.poll() is None:
            given = Counter(gpus_of(process) for process in psutil.process_iter() if is_training(process))
            most |= given  # the larger count of each
            time.sleep(0.3)
        found = ', '.join(f'{number} on GPU {name or "none"}' for name, number in sorted(most.items()))
        print(f'exit status {driver.returncode}; most trainings at a time: {found}')
        judge_trials(trials_in(folder), {})


@contextmanager
def nodes(*options: list[str]) -> Iterator[None]:
    """Nodes of Ray, each started with its own options, the first of them the head; no others are touched."""
    ray = str(Path(sys.executable).with_name('ray'))
    settings = {'RAY_USAGE_STATS_ENABLED': '0', 'RAY_AUTH_MODE': 'disabled'}
    environment = {**os.environ, **settings, 'PYTHONPATH': str(Path(__file__).resolve().parents[1])}
    started = []
    try:
        for some in options:
            command = [ray, 'start', '--block', '--disable-usage-stats', *some]
            quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            started.append(subprocess.Popen(command, env=environment, **quiet))
            wait_for_head(started)
        yield
    finally:
        for process in reversed(started):
            for child in [*psutil.Process(process.pid).children(recursive=True), process]:
                with suppress(psutil.Error):
                    child.kill()
            process.wait()


def wait_for_head(started: Sequence[subprocess.Popen], seconds: float = 60.0) -> None:
    """Wait until the first node answers, and no node has ended."""
    host, _, port = ADDRESS.partition(':')
    for _ in range(int(seconds * 2)):
        time.sleep(0.5)
        if any(process.poll() is not None for process in started):
            sys.exit('A node of Ray ended at once: is its port taken?')
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return
    sys.exit(f'No node of Ray answers at {ADDRESS} after {seconds:g} s.')


def is_training(process: psutil.Process) -> bool:
    try:
        return VICTIMS['training'](process)
    except psutil.Error:
        return False


def gpus_of(process: psutil.Process) -> str:
    """The GPUs that a training may see."""
    try:
        return process.environ().get('CUDA_VISIBLE_DEVICES', 'all')
    except psutil.Error:
        return 'ended'


def node_of(process: psutil.Process) -> str:
    """The node of a training, as its raylet above it says."""
    try:
        for above in process.parents():
            for word in above.cmdline():
                if word.startswith('--node_ip_address='):
                    return word.partition('=')[2]
                if word.startswith('--node-ip-address='):
                    return word.partition('=')[2]
    except psutil.Error:
        return 'ended'
    return 'unknown'


if __name__ == '__main__':
    main()
