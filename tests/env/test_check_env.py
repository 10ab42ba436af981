"""What is said about an environment: the table, its problems, and the commands that mend them."""

import subprocess
import sys
import warnings
from types import SimpleNamespace

import pytest

from mmvpt.env import check_env, versions
from mmvpt.operators import stand_in

TESTED = versions.TESTED
UPSTREAM = {
    'torch': '2.6.0',
    'torchvision': '0.21.0',
    'numpy': '1.26.4',
    'safetensors': '0.8.0',
    'mmengine': '0.10.8',  # a release to come
    'mmcv': '2.1.0',
    'mmpretrain': '1.2.0',
    'mmsegmentation': '1.2.2',
    'mmdet': '3.3.0',
}


def _with(monkeypatch, installed):
    monkeypatch.setattr(versions, 'installed_versions', lambda: installed)
    monkeypatch.setattr(check_env, 'installed_versions', lambda: installed)


def test_the_tested_versions_have_no_problems(monkeypatch):
    assert versions.find_problems(TESTED) == []
    assert versions.find_untested(TESTED) == []
    _with(monkeypatch, TESTED)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        versions.check_versions()


def test_another_patch_release_is_as_good_as_the_tested_one():
    assert versions.find_untested({**TESTED, 'torch': '2.11.3+cu130'}) == []


def test_an_untested_version_is_a_warning(monkeypatch):
    _with(monkeypatch, {**TESTED, 'torch': '2.99.0'})
    with pytest.warns(UserWarning, match=r'not tested with torch 2.99.0 \(tested: torch 2.11.0\).*mmvpt check_env'):
        versions.check_versions()


def test_the_upstream_family_is_untested_but_allowed(monkeypatch):
    assert versions.find_problems(UPSTREAM) == []
    _with(monkeypatch, UPSTREAM)
    with pytest.warns(UserWarning, match='mmcv 2.1.0'):
        versions.check_versions()


@pytest.mark.parametrize(
    ('installed', 'message'),
    [
        ({**TESTED, 'torch': '1.13.1'}, 'torch 1.13.1: before torch 2.6 .* To solve it: .*pip install torch==2.11.0'),
        (
            {**UPSTREAM, 'mmengine': '0.10.7', 'torch': '2.6.0+cu124'},
            'mmengine 0.10.7 with torch 2.6.0.*: .* To solve it: .*install onedl-mmengine==0.10.12',
        ),
        (
            {**TESTED, 'mmcv': '2.2.0'},
            'onedl-mmcv 2.3.6 and mmcv 2.2.0 are installed over each other.*uninstall -y onedl-mmcv mmcv && .*'
            'install --no-cache-dir onedl-mmcv==2.3.6',
        ),
        (
            {name: found for name, found in TESTED.items() if name != 'onedl-mmengine'},
            'onedl-mmengine is not installed. To solve it: .*pip install onedl-mmengine==0.10.12',
        ),
    ],
    ids=['old torch', 'old mmengine', 'two families', 'missing'],
)
def test_a_combination_known_to_break_is_an_error_with_its_remedy(monkeypatch, installed, message):
    _with(monkeypatch, installed)
    with pytest.raises(ImportError, match=message):
        versions.check_versions()


@pytest.mark.parametrize(
    ('installed', 'task'),
    [
        ({**UPSTREAM, 'mmcv': '2.2.0', 'mmsegmentation': '1.2.2', 'mmdet': '3.3.1'}, 'seg'),
        ({**UPSTREAM, 'mmcv': '2.2.0', 'mmsegmentation': '1.2.3', 'mmdet': '3.3.0'}, 'det'),
        ({name: found for name, found in TESTED.items() if name != 'onedl-mmdetection'}, 'det'),
    ],
    ids=['mmseg with new mmcv', 'mmdet with new mmcv', 'without mmdet'],
)
def test_what_breaks_one_task_stops_only_that_task(monkeypatch, installed, task, capsys):
    _with(monkeypatch, installed)
    versions.check_versions()
    assert check_env.main(['--tasks', 'cls']) == 0
    assert 'note: ' in capsys.readouterr().out
    assert check_env.main(['--tasks', task]) == 1
    assert 'PROBLEM: ' in capsys.readouterr().out


def test_a_row_shows_what_is_installed_what_was_tested_and_its_state():
    installed = {'torch': '2.99.0', 'onedl-mmcv': '2.3.6', 'mmcv': '2.2.0'}
    lines = check_env.format_versions(installed, versions.find_problems(installed)).splitlines()
    assert lines[0].split() == ['package', 'installed', 'tested', 'state']
    rows = {line.split()[0]: ' '.join(line.split()[1:]) for line in lines}
    assert rows['torch'] == '2.99.0 2.11.0 untested'
    assert rows['onedl-mmcv'] == '2.3.6 and mmcv 2.2.0 2.3.6 PROBLEM, see below'
    assert rows['onedl-mmdetection'] == '- 3.5.1 missing: needed for detection'


def test_operators_that_were_not_compiled_are_a_note_that_says_what_stands_in_and_how_to_compile(monkeypatch, capsys):
    _with(monkeypatch, TESTED)
    monkeypatch.setitem(sys.modules, 'mmcv._ext', stand_in)
    assert check_env.main(['--tasks', 'cls', 'seg', 'det']) == 0
    out = capsys.readouterr().out
    assert "mmcv's operators: not compiled; torchvision's are used for deform_conv" in out
    assert ', nms, roi_align, ' in out
    assert 'note: any other operator of mmcv says at its first call that it has to be compiled' in out
    assert f'.\n  {versions.WITH_OPS}\n' in out


def test_compiled_operators_are_named_so(monkeypatch, capsys):
    _with(monkeypatch, TESTED)
    compiled = SimpleNamespace(__file__='_ext.so', get_compiling_cuda_version=lambda: '13.0')
    monkeypatch.setitem(sys.modules, 'mmcv._ext', compiled)
    assert check_env.main(['--tasks', 'det']) == 0
    out = capsys.readouterr().out
    assert "mmcv's operators: compiled (CUDA: 13.0)." in out and 'torchvision' not in out.partition('operators')[2]


def test_compiled_operators_that_do_not_load_stop_detection_and_come_with_two_ways_out(monkeypatch, capsys):
    _with(monkeypatch, TESTED)
    monkeypatch.setattr(check_env, 'missing_ops', lambda: '_ext.so: undefined symbol: _ZN3c10')
    assert check_env.main([]) == 0
    assert check_env.main(['--tasks', 'det']) == 1
    out = capsys.readouterr().out
    assert "PROBLEM: mmcv's compiled operators do not load: _ext.so: undefined symbol" in out
    assert versions.REMOVE_OPS in out and versions.WITH_OPS in out
    assert 'CFLAGS=-g0' in out and '--no-build-isolation --no-cache-dir onedl-mmcv==2.3.6' in out


def test_an_opencv_that_needs_a_display_is_replaced_by_the_headless_one(monkeypatch, capsys):
    _with(monkeypatch, TESTED)

    def import_module(name):
        if name == 'cv2':
            raise ImportError('libGL.so.1: cannot open shared object file')
        return __import__(name)

    monkeypatch.setattr(check_env, 'import_module', import_module)
    assert check_env.main([]) == 1
    out = capsys.readouterr().out
    assert '`import cv2` fails: ImportError: libGL.so.1' in out
    assert 'install --force-reinstall --no-deps opencv-python-headless==4.12.0.88' in out


@pytest.mark.parametrize('command', [['mmvpt', 'check_env'], ['mmvpt.check_env']], ids=' '.join)
def test_the_check_runs_where_mmvpt_itself_refuses_to(command, tmp_path):
    (tmp_path / 'mmcv-2.2.0.dist-info').mkdir()
    (tmp_path / 'mmcv-2.2.0.dist-info' / 'METADATA').write_text('Metadata-Version: 2.1\nName: mmcv\nVersion: 2.2.0\n')
    environment = {'PYTHONPATH': f'{tmp_path}:{":".join(filter(None, sys.path))}'}
    check = subprocess.run([sys.executable, '-m', *command], env=environment, capture_output=True, text=True)
    assert check.returncode == 1
    assert 'onedl-mmcv 2.3.6 and mmcv 2.2.0 are installed over each other' in check.stdout
    imported = subprocess.run([sys.executable, '-c', 'import mmvpt'], env=environment, capture_output=True, text=True)
    assert imported.returncode == 1
    assert 'are installed over each other' in imported.stderr


def test_importing_mmvpt_needs_neither_torch_nor_a_host_nor_ops():
    hosts = ['torch', 'mmcv', 'mmpretrain', 'mmseg', 'mmdet']
    code = f'import sys, mmvpt; assert not set(sys.modules) & set({hosts}), set(sys.modules) & set({hosts})'
    subprocess.run([sys.executable, '-c', code], check=True)
