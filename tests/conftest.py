"""What keeps runs short and apart, though they share a process."""

import os
import sys
import tempfile
import types
from functools import partial
from uuid import uuid4

import pytest
from mmengine.visualization import Visualizer

from mmvpt import cli
from mmvpt.runs.steps import Step

MEMORY = '/dev/shm'


def pytest_collection_modifyitems(items):
    """Start with what takes longest, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker('long') is None)


@pytest.fixture(autouse=True, scope='session')
def copies_in_memory():
    """Let MMEngine copy the files of a config, a dozen for each, into memory where the system has a folder for it."""
    with pytest.MonkeyPatch.context() as patch:
        if os.access(MEMORY, os.W_OK):
            patch.setattr(tempfile, 'TemporaryDirectory', partial(tempfile.TemporaryDirectory, dir=MEMORY))
        yield


@pytest.fixture(autouse=True, scope='session')
def own_cache(tmp_path_factory):
    """Compose configs into a folder of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('MMVPT_CACHE', str(tmp_path_factory.mktemp('cache')))
        yield


@pytest.fixture(autouse=True)
def forgotten_visualizers():
    """Forget the visualizers of earlier runs: MMEngine hands out those that have the name of a new one."""
    classes = [Visualizer]
    for kind in classes:
        classes += kind.__subclasses__()
        kind._instance_dict.clear()


@pytest.fixture(autouse=True)
def short_runs(monkeypatch):
    """Leave out what takes MMEngine longer than a tiny training.

    That is to lay out configs, to wait for workers, and to look for garbage whenever a data set is read.
    """
    monkeypatch.setattr('yapf.yapflib.yapf_api.FormatCode', lambda code, **options: (code, True))
    monkeypatch.setattr('mmengine.dataset.base_dataset.gc', types.SimpleNamespace(collect=lambda: 0))
    monkeypatch.setattr('mmengine.runner.loops.time', types.SimpleNamespace(sleep=lambda seconds: None))


@pytest.fixture
def steps_in_this_process(monkeypatch):
    """Run the commands of steps without the seconds that a process needs to start."""

    def run(step, quiet, lock):
        python, flag, package, *arguments = step.command
        assert (python, flag, package) == (sys.executable, '-m', 'mmvpt')
        unique = [f'{key}={uuid4().hex}' for key in ('experiment_name', 'visualizer.name')]
        cli.main([*arguments, *(() if '--cfg-options' in arguments else ['--cfg-options']), *unique])
        return 0

    monkeypatch.setenv('LOCAL_RANK', '0')
    monkeypatch.setattr(Step, '_stream', run)
