"""One command: every verb has a file, helps fast, and is what the tool of its name runs."""

import ast
import io
import os
import runpy
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from mmvpt import __main__, cli
from mmvpt.env import versions
from mmvpt.text.refused import Refused

REPO = Path(__file__).resolve().parents[2]
#: Tools that try damaged or wrong inputs.
TRY = {path.stem for path in (REPO / 'tools').glob('try_*.py')}
#: Tools for those who work on mmvpt have no verb.
FOR_DEVELOPERS = {'benchmark', 'benchmark_operators', 'compare_configs', *TRY}
TOOLS = [path for path in sorted((REPO / 'tools').rglob('*.py')) if path.stem not in FOR_DEVELOPERS]
#: Files besides the verbs.
SHARED = {'__init__', 'names', 'options'}
#: Ours alone: no tool was ever called so.
WITHOUT_TOOL = {
    *('check', 'host', 'check_env', 'config', 'configs', 'prepare', 'report', 'show', 'sweep'),
    *('make_mini_vtab', 'pretrain', 'probe'),
}

HELP = """
import sys
from mmvpt.cli import VERBS, main

HEAVY = {'torch', 'torchvision', 'mmcv', 'mmpretrain', 'mmseg', 'mmdet', 'timm', 'transformers', 'cv2', 'matplotlib'}
for arguments in ([], *([verb, '--help'] for verb in VERBS)):
    try:
        main(arguments)
    except SystemExit as stop:
        assert not stop.code
    if HEAVY & set(sys.modules):
        sys.exit(f'The help of mmvpt {arguments} imports {HEAVY & set(sys.modules)}')
"""


def test_help_imports_neither_torch_nor_a_host():
    environment = {**os.environ, 'PYTHONPATH': str(REPO)}
    done = subprocess.run([sys.executable, '-c', HELP], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count('usage: ') == 1 + len(cli.VERBS)


def test_every_file_is_a_verb_or_shared_by_verbs():
    assert {path.stem for path in Path(cli.__file__).parent.glob('*.py')} - SHARED == set(cli.VERBS)


def help_of(run, *arguments):
    with redirect_stdout(io.StringIO()) as printed, pytest.raises(SystemExit):
        run(*arguments)
    return printed.getvalue()


@pytest.mark.parametrize('path', TOOLS, ids=lambda path: path.stem)
def test_a_tool_is_a_verb_under_the_name_of_its_file(path, monkeypatch):
    (verb,) = (node.value for node in ast.walk(ast.parse(path.read_text())) if is_a_verb(node))
    monkeypatch.setattr(sys, 'argv', [str(path), '--help'])
    assert help_of(runpy.run_path(str(path))['main']) == help_of(cli.run_verb, verb, ['--help'], path.name)


def test_every_verb_but_our_own_has_a_tool():
    verbs = {node.value for path in TOOLS for node in ast.walk(ast.parse(path.read_text())) if is_a_verb(node)}
    assert verbs == set(cli.VERBS) - WITHOUT_TOOL


def is_a_verb(node):
    return isinstance(node, ast.Constant) and node.value in cli.VERBS


@pytest.mark.parametrize(
    ('typed', 'answer'),
    [
        ('trian', "there is no verb 'trian'. Try: train"),
        ('merge_delta', "there is no verb 'merge_delta'. Try: merge"),
        ('make-shapes', "there is no verb 'make-shapes'. Try: make_shapes"),
        ('zzz', "there is no verb 'zzz'. Try: train, test, merge, convert"),
    ],
)
def test_a_misspelt_verb_is_answered_with_near_ones_or_with_all(typed, answer, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([typed])
    assert stop.value.code == 2
    assert answer in capsys.readouterr().err


def test_what_a_verb_refuses_is_told_with_its_usage(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(['count', 'x.py', '--paper', 'vpt'])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert 'usage: python -m mmvpt count' in said and 'count: error: give configs or --paper, not both' in said


def refuse_a_file(args):
    raise Refused('given.pth: it holds a list. Save a dict of weights')


def miss_a_file(args):
    raise FileNotFoundError('There is no given.pth. Train first.')


def make_a_message_of_an_error(args):
    try:
        raise ValueError('given.pth: no tensor')
    except ValueError as error:
        sys.exit(f'{error}\nNothing was written.')


@pytest.mark.parametrize(
    ('run', 'error', 'message'),
    [
        (refuse_a_file, Refused, 'given.pth: it holds a list. Save a dict of weights'),
        (miss_a_file, FileNotFoundError, 'There is no given.pth. Train first.'),
        (make_a_message_of_an_error, ValueError, 'given.pth: no tensor'),
    ],
)
def test_a_file_that_is_refused_ends_a_verb_with_a_message_and_debug_shows_the_error(monkeypatch, run, error, message):
    monkeypatch.setattr('mmvpt.cli.exact.run', run)
    with pytest.raises(SystemExit) as stop:
        cli.main(['exact'])
    assert message in stop.value.code  # Python prints a text and ends with status 1
    with pytest.raises(error, match=message):
        cli.main(['exact', '--debug'])


def test_an_error_of_another_kind_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr('mmvpt.cli.exact.run', lambda args: {}['there'])
    with pytest.raises(KeyError):
        cli.main(['exact'])


@pytest.mark.parametrize(('program', 'name'), [('bin/mmvpt', 'mmvpt'), ('mmvpt/__main__.py', 'python -m mmvpt')])
def test_help_calls_the_command_as_the_user_did(program, name, monkeypatch):
    monkeypatch.setattr(sys, 'argv', [program, 'merge', '--help'])
    assert help_of(__main__.main).startswith(f'usage: {name} merge [-h]')


def test_only_the_verb_check_env_goes_on_where_mmvpt_cannot():
    assert versions.is_check_env(['python', '-m', 'mmvpt', 'check_env', '--tasks', 'det'])
    assert versions.is_check_env(['python', 'bin/mmvpt', 'check_env'])
    assert versions.is_check_env(['python', '-m', 'mmvpt.check_env'])
    assert not versions.is_check_env(['python', '-m', 'mmvpt', 'train', 'check_env'])
