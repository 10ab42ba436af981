"""The environment of ``quickstart.sh`` and ``run_tests.sh``, made by a stand-in for Python that installs nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]

# Notes what it is asked for in $CALLS, fails where the arguments match $FAIL, and makes an "environment" of itself.
PYTHON = """#!/bin/bash
echo "$*" >>"$CALLS"
if [ -n "$FAIL" ] && [[ "$*" == $FAIL ]]; then echo "no matching distribution"; exit 1; fi
case "$*" in
    -) cat >/dev/null; [[ -z "$TOO_OLD" || "$0" != $TOO_OLD ]] && echo "$0" ;;
    *platform*) echo 3.8.1 ;;
    *sys.executable*) echo "$0" ;;
    '-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
esac
"""
#: Both commands, and how each ends.
SCRIPTS = {
    'quickstart.sh': '{root}/tools/quickstart.py',
    'run_tests.sh': '-m pytest -n 2 --dist worksteal',
}


class Shell:
    """A copy of the tools in a folder of its own, and a PATH with little else than the stand-in."""

    def __init__(self, root):
        self.root = root / 'clone'
        self.path = root / 'bin'
        self.calls = root / 'calls'
        (self.root / 'mmvpt').mkdir(parents=True)
        self.path.mkdir()
        for part in ('tools', 'requirements'):
            shutil.copytree(REPO / part, self.root / part)
        for file in ('setup.py', 'mmvpt/version.py'):
            shutil.copy(REPO / file, self.root / file)
        for program in 'bash cat cksum cp dirname mkdir rm sed sleep tail touch'.split():
            (self.path / program).symlink_to(shutil.which(program))
        self.program('python3', PYTHON)

    def program(self, name, text):
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def run(self, script, *arguments, cwd=None, **variables):
        """Return exit status, output, and what the stand-in was asked for."""
        self.calls.write_text('')
        environment = {'PATH': str(self.path), 'CALLS': str(self.calls), **variables}
        command = ['bash', str(self.root / 'tools' / script), *arguments]
        pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        done = subprocess.run(command, env=environment, cwd=cwd, **pipes)
        return done.returncode, done.stdout, self.calls.read_text().splitlines()


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


def _installs(calls):
    return [call for call in calls if ' pip ' in call or ' venv ' in call]


@pytest.mark.parametrize('script', SCRIPTS)
def test_a_command_makes_the_environment_of_both_and_hands_over_its_options(shell, script):
    status, out, calls = shell.run(script, '--seed', '3')
    assert status == 0, out
    assert calls[-1] == SCRIPTS[script].format(root=shell.root) + ' --seed 3'
    assert any('--no-cache-dir onedl-mmcv' in call for call in calls)
    packages = next(call for call in calls if 'runtime.txt' in call)
    assert all(f'/{name}.txt' in packages for name in ('mminstall', 'det', 'tests'))
    assert any(call.endswith('check_env --tasks cls seg det') for call in calls)
    assert 'PyTorch (about a minute' in out and 'done in' in out


def test_no_compiler_is_needed(shell):
    assert not any((shell.path / name).exists() for name in ('g++', 'gcc', 'c++', 'cc'))
    status, _, calls = shell.run('run_tests.sh')
    assert status == 0
    assert not any('pip wheel' in call or 'ninja' in call for call in calls)


@pytest.mark.parametrize('first', SCRIPTS)
@pytest.mark.parametrize('second', SCRIPTS)
def test_what_one_command_made_the_other_takes(shell, first, second):
    shell.run(first)
    status, out, calls = shell.run(second)
    assert status == 0
    assert _installs(calls) == []
    assert 'is ready' in out


def test_both_commands_say_how_to_go_on_in_the_environment(shell):
    for _ in range(2):  # when it is made, and when it is there
        _, out, _ = shell.run('quickstart.sh')
        assert f'{shell.root}/.venv is ready. To use it yourself: . {shell.root}/.venv/bin/activate' in out
        assert out.splitlines()[-1] == f'To go on in this environment: . {shell.root}/.venv/bin/activate'
    _, out, _ = shell.run('run_tests.sh', cwd=shell.root)
    assert 'is ready. To use it yourself: . .venv/bin/activate' in out
    shell.program('mine', PYTHON)
    _, out, _ = shell.run('quickstart.sh', MMVPT_PYTHON=str(shell.path / 'mine'))
    assert 'bin/activate' not in out


def test_changed_requirements_are_installed(shell):
    shell.run('quickstart.sh')
    with open(shell.root / 'requirements' / 'constraints.txt', 'a') as file:
        file.write('x==1\n')
    _, _, calls = shell.run('quickstart.sh')
    assert _installs(calls)
    assert not any(' venv ' in call for call in calls)


def test_a_failed_step_names_itself_the_end_of_its_log_and_what_to_do(shell):
    status, out, calls = shell.run('quickstart.sh', FAIL='*install*torchvision*')
    assert status == 1
    assert "ERROR: Step 'PyTorch" in out
    assert 'no matching distribution' in out
    assert 'run the same command again' in out
    assert 'quickstart.py' not in calls[-1]


def test_an_environment_whose_making_was_interrupted_is_made_anew(shell):
    shell.run('run_tests.sh', FAIL='*det.txt*')
    (shell.root / '.venv' / 'half').touch()
    status, out, _ = shell.run('run_tests.sh')
    assert status == 0
    assert 'which an earlier run did not finish' in out
    assert not (shell.root / '.venv' / 'half').exists()


def test_an_environment_of_a_python_that_is_too_old_now_is_made_anew(shell):
    shell.run('quickstart.sh')
    (shell.root / '.venv' / 'old').touch()
    (shell.root / 'setup.py').write_text('# asks for another Python\n')
    status, out, _ = shell.run('quickstart.sh', TOO_OLD='*/.venv/bin/python')
    assert status == 0, out
    assert 'or for another Python' in out
    assert not (shell.root / '.venv' / 'old').exists()


def test_an_environment_whose_python_is_gone_is_made_anew(shell):
    shell.run('quickstart.sh')
    (shell.root / '.venv' / 'bin' / 'python').unlink()
    status, _, calls = shell.run('quickstart.sh')
    assert status == 0
    assert any(' venv ' in call for call in calls)


def test_a_folder_that_someone_else_made_is_left_alone(shell):
    (shell.root / '.venv').mkdir()
    (shell.root / '.venv' / 'mine').touch()
    status, out, _ = shell.run('quickstart.sh')
    assert status == 1
    assert 'this script did not make it' in out and 'MMVPT_PYTHON=' in out
    assert (shell.root / '.venv' / 'mine').exists()


def test_an_existing_environment_is_checked_and_nothing_is_installed(shell):
    shell.program('mine', PYTHON)
    status, out, calls = shell.run('run_tests.sh', '-x', MMVPT_PYTHON=str(shell.path / 'mine'))
    assert status == 0, out
    assert _installs(calls) == []
    assert '-m mmvpt check_env --tasks cls seg det' in calls
    assert calls[-1] == '-m pytest -n 2 --dist worksteal -x'
    status, out, calls = shell.run('run_tests.sh', MMVPT_PYTHON=str(shell.path / 'mine'), FAIL='*check_env*')
    assert status == 1
    assert 'lacks something' in out
    assert '-m pytest' not in calls


def test_an_existing_environment_that_is_none_is_an_error(shell):
    status, out, _ = shell.run('quickstart.sh', MMVPT_PYTHON='/nowhere/python')
    assert status == 1
    assert "MMVPT_PYTHON is '/nowhere/python', which does not run." in out


def test_no_suitable_python_is_an_error_that_lists_what_was_seen(shell):
    status, out, _ = shell.run('quickstart.sh', TOO_OLD='*')
    assert status == 1
    assert 'No Python from 3.11 to 3.13 with its venv module was found. Seen: python3 (3.8.1)' in out
    assert not (shell.root / '.venv').exists()


def test_an_opencv_that_cannot_be_imported_is_replaced_by_the_headless_one(shell):
    _, _, calls = shell.run('quickstart.sh', FAIL='-c import cv2')
    assert any('--force-reinstall --no-deps opencv-python-headless' in call for call in calls)


def test_the_continuous_integration_runs_exactly_the_tests():
    lines = (REPO / '.ci' / 'run').read_text().splitlines()
    assert lines == ['#!/usr/bin/env bash', 'set -e', 'cd "$(dirname "$0")/.."', 'bash tools/run_tests.sh']
    assert os.access(REPO / '.ci' / 'run', os.X_OK)


def test_run_tests_takes_this_very_environment():
    command = ['bash', str(REPO / 'tools' / 'run_tests.sh'), '--version']
    environment = {**os.environ, 'MMVPT_PYTHON': sys.executable}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'pytest' in done.stdout + done.stderr
