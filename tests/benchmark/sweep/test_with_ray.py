"""Trials on Ray: what is killed goes on, what is finished is not run again, and what Ray stores is not read."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from mmvpt.benchmark.sweep import with_ray
from mmvpt.benchmark.sweep.progress import Progress
from mmvpt.benchmark.sweep.search import OptunaSearch, Search
from mmvpt.benchmark.sweep.selection import select
from mmvpt.benchmark.sweep.trials import SweepTrial
from mmvpt.benchmark.sweep.with_ray import Resources, connected, require_ray, run_trials
from mmvpt.benchmark.trial import LEARNING_RATE
from mmvpt.text.refused import Refused

from .pretended import notes_of, pretend

RATES = (0.2, 0.5, 0.9, 1.4, 1000.0)
SECONDS, EPOCHS = 0.6, 4
#: What a user's command does, without what loads a config.
DRIVER = f"""
import sys
from pathlib import Path
from mmvpt.benchmark.sweep.progress import Progress
from mmvpt.benchmark.sweep.search import Search
from mmvpt.benchmark.sweep.with_ray import Resources, run_trials
from tests.benchmark.sweep.pretended import pretend
trials = [pretend(Path(sys.argv[1]), rate, {SECONDS}, {EPOCHS}) for rate in {RATES}]
sys.exit(bool(run_trials(trials, Search(), Resources(cpus=1), Progress(trials))))
"""


def drive(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, '-c', DRIVER, str(folder)], env={**os.environ, 'RAY_DISABLE_MEMORY_MONITOR': '1'}
    )


def wait_for(what, seconds: float = 300.0):
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f'nothing within {seconds} s')


def trainings_under(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in process.children(recursive=True) if child.name().startswith('ray::TrialOnRay')]


@pytest.mark.long
def test_a_killed_worker_and_a_killed_driver_cost_no_finished_trial(tmp_path: Path) -> None:
    trials = [pretend(tmp_path, rate, SECONDS, EPOCHS) for rate in RATES]
    driver = drive(tmp_path)
    wait_for(lambda: any(trial.evaluations for trial in trials))
    (worker, *_) = wait_for(lambda: trainings_under(psutil.Process(driver.pid)))
    worker.kill()
    wait_for(lambda: any(trial.state == 'done' for trial in trials))
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    finished = {trial.name: notes_of(trial) for trial in trials if trial.state == 'done'}
    assert any(trial.state == 'open' for trial in trials)
    again = drive(tmp_path)
    assert again.wait(timeout=300) == 0
    for trial in trials[:-1]:
        assert [word for word in notes_of(trial) if word.isdigit()] == ['1', '2', '3', '4']
        assert notes_of(trial) == finished.get(trial.name, notes_of(trial))
    assert trials[-1].state == 'diverged'
    assert select(trials, 'last') is trials[2]


@pytest.mark.long
def test_optuna_asks_for_so_many_points_and_the_worst_are_stopped_early(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv('RAY_ADDRESS', '127.0.0.1:9')  # of a cluster of someone else
    rates = (0.1, 0.3, 1.0, 2.0, 4.0)
    trials = [pretend(tmp_path, rate, 0.1, 6) for rate in rates]
    trials[1].run()
    with connected(None):
        ask_for_too_much(trials)
        search_with_optuna(trials, rates)


def ask_for_too_much(trials: Sequence[SweepTrial]) -> None:
    with pytest.raises(Refused, match='A trial asks for 1000 CPUs and 0 GPUs, and no machine has as many: at most'):
        run_trials(trials, Search(), Resources(cpus=1000), Progress(trials))


def search_with_optuna(trials: Sequence[SweepTrial], rates: Sequence[float]) -> None:
    search = OptunaSearch(early_stop=True, number=4, axes={LEARNING_RATE: tuple(rates)})
    assert not run_trials(trials, search, Resources(cpus=1), Progress(trials))
    states = [trial.state for trial in trials]
    assert states.count('open') >= 1
    assert notes_of(trials[1]).count('start') == 1
    assert select(trials, 'last').state == 'done'


def test_an_address_where_nobody_listens_is_refused_at_once(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        address = f'127.0.0.1:{free.getsockname()[1]}'
    trials = [pretend(tmp_path, 1.0)]
    with pytest.raises(Refused, match=f'No cluster answers at {address}. Start one with `ray start'):
        run_trials(trials, Search(), Resources(address=address), Progress(trials))
    with pytest.raises(Refused, match="--address is 'here'. Give HOST:PORT"):
        run_trials(trials, Search(), Resources(address='here'), Progress(trials))


def test_without_ray_it_says_what_to_install_and_of_another_version_that_it_was_not_tested(monkeypatch, capsys) -> None:
    monkeypatch.setattr(with_ray, 'distribution_version', lambda name: None)
    with pytest.raises(Refused, match=r"has none. Install it: .*pip install 'mmvpt\[sweep\]'"):
        require_ray()
    monkeypatch.setattr(with_ray, 'distribution_version', lambda name: '3.1.0')
    require_ray()
    assert 'Ray 3.1.0 was not tested; 2.60.0 was' in capsys.readouterr().err


def test_where_all_trials_are_finished_ray_is_not_started(tmp_path: Path, monkeypatch) -> None:
    trials = [pretend(tmp_path, 1.0)]
    trials[0].run()
    monkeypatch.setattr(with_ray, 'require_ray', lambda: pytest.fail('started'))
    assert run_trials(trials, Search(), Resources(), Progress(trials)) == {}
