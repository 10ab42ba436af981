"""What a wheel holds, and that configs and tools are found in it."""

import ast
import email
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import mmvpt
from mmvpt import __version__
from mmvpt.config.find import find_config
from mmvpt.config.folders import config_root
from mmvpt.env import versions
from tests.cli.test_verbs import FOR_DEVELOPERS

REPO = Path(__file__).resolve().parents[1]
PIP = [sys.executable, '-m', 'pip', '--quiet']


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    """A wheel built from a copy of the tree, as pip builds one."""
    folder = tmp_path_factory.mktemp('wheel')
    ignored = shutil.ignore_patterns('.*', 'build', '*.egg-info', 'work_dirs', 'data', 'tests', 'docs', '__pycache__')
    shutil.copytree(REPO, folder / 'source', ignore=ignored)
    command = [*PIP, 'wheel', '--no-deps', '--no-build-isolation', '--wheel-dir', str(folder), str(folder / 'source')]
    subprocess.run(command, check=True)
    return next(folder.glob('mmvpt-*.whl'))


@pytest.fixture(scope='module')
def installed(wheel, tmp_path_factory):
    """A folder with the wheel installed in it."""
    target = tmp_path_factory.mktemp('target')
    subprocess.run([*PIP, 'install', '--no-deps', '--target', str(target), str(wheel)], check=True)
    return target


def _python(code, installed, folder):
    environment = {**os.environ, 'PYTHONPATH': str(installed)}
    done = subprocess.run([sys.executable, '-c', code], env=environment, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_wheel_carries_configs_and_tools_where_mim_looks_for_them(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ('configs', 'tools'):
        here = {path for path in (REPO / folder).rglob('*.py') if path.stem not in FOR_DEVELOPERS}
        found = {name for name in names if name.startswith(f'mmvpt/.mim/{folder}/') and name.endswith('.py')}
        assert found == {f'mmvpt/.mim/{path.relative_to(REPO)}' for path in here}
    assert {
        'mmvpt/.mim/model-index.yml',
        'mmvpt/.mim/configs/metafile.yml',
        'mmvpt/.mim/tools/dist_train.sh',
        'mmvpt/registry.py',
    } <= names
    assert not any(name.startswith(('tests', 'configs', 'tools')) for name in names)


def test_a_wheel_names_its_version_licence_and_extras(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = email.message_from_bytes(archive.read(next(name for name in names if name.endswith('/METADATA'))))
    assert metadata['Version'] == __version__
    assert metadata['Requires-Python'] == '>=3.11'
    assert metadata['Author'] == 'mmvpt contributors'
    assert set(metadata.get_all('Provides-Extra')) == {'det', 'digits', 'sweep', 'timm', 'dev'}
    assert any(name.endswith('LICENSE') for name in names)
    assert not any(
        '==' in requirement for requirement in metadata.get_all('Requires-Dist') if 'extra' not in requirement
    )


def test_configs_of_a_wheel_are_inherited_by_name(installed, tmp_path):
    (tmp_path / 'mine.py').write_text("_base_ = 'mmvpt::setr_vpt_ade20k.py'\nrandomness = dict(seed=7)\n")
    code = """if True:
        import mmvpt
        from mmengine.config import Config
        config = Config.fromfile('mine.py')
        print(mmvpt.__file__, config.model.backbone.type, config.randomness.seed, config.default_scope)
    """
    file, *rest = _python(code, installed, tmp_path).split()
    assert Path(file).is_relative_to(installed)
    assert rest == ['mmvpt.TunedBackbone', '7', 'mmseg']


def test_fragments_and_variables_of_a_wheel_are_inherited_too(installed, tmp_path):
    (tmp_path / 'mine.py').write_text("_base_ = ['mmvpt::_base_/tuners/vpt.py']\nmodel = dict(tuner=_base_.tuner)\n")
    code = "import mmvpt; from mmengine.config import Config; print(Config.fromfile('mine.py').model.tuner.type)"
    assert _python(code, installed, tmp_path) == 'mmvpt.DeepPrompts'


def test_the_host_of_a_config_of_ours_is_asked_for_types_without_a_prefix(installed, tmp_path):
    (tmp_path / 'mine.py').write_text("_base_ = ['mmvpt::setr_vpt_ade20k.py']\nhead = _base_.model.decode_head\n")
    code = "import mmvpt; from mmengine.config import Config; print(Config.fromfile('mine.py').head.get('_scope_'))"
    assert _python(code, installed, tmp_path) in ('None', 'mmseg')


def test_tools_of_a_wheel_run(installed, tmp_path):
    tool = installed / 'mmvpt' / '.mim' / 'tools' / 'train.py'
    command = [sys.executable, str(tool), 'mmvpt::no_such.py']
    environment = {**os.environ, 'PYTHONPATH': str(installed)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert "There is no config 'mmvpt::no_such.py'" in done.stderr
    assert 'setr_vpt_ade20k.py' in done.stderr


def test_a_wheel_brings_the_command(installed, tmp_path):
    command = [sys.executable, str(installed / 'bin' / 'mmvpt'), 'trian']
    environment = {**os.environ, 'PYTHONPATH': str(installed)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "mmvpt: error: there is no verb 'trian'. Try: train" in done.stderr


def test_an_editable_install_links_configs_and_tools(tmp_path):
    source = tmp_path / 'source'
    ignored = shutil.ignore_patterns('.*', 'build', '*.egg-info', 'work_dirs', 'data', 'tests', 'docs', '__pycache__')
    shutil.copytree(REPO, source, ignore=ignored)
    options = ['--no-deps', '--no-build-isolation', '--target', str(tmp_path / 'target')]
    for _ in range(2):  # again over the links of the first time
        subprocess.run([*PIP, 'install', *options, '--upgrade', '--editable', str(source)], check=True)
    for name in ('configs', 'tools', 'model-index.yml'):
        link = source / 'mmvpt' / '.mim' / name
        assert link.is_symlink() and link.resolve() == source / name


def test_an_editable_install_copies_where_links_are_not_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr('setuptools.setup', lambda **_: None)
    install = runpy.run_path(str(REPO / 'setup.py'))

    def refuse(*_):
        raise OSError('A required privilege is not held by the client')  # as Windows

    monkeypatch.setattr(Path, 'symlink_to', refuse)
    for _ in range(2):  # again over the copies of the first time
        install['link_mim'](tmp_path / '.mim')
    assert (tmp_path / '.mim' / 'configs' / 'setr_vpt_ade20k.py').is_file()
    assert (tmp_path / '.mim' / 'model-index.yml').is_file()


def test_onedls_packages_are_found_under_the_names_that_configs_use(tmp_path):
    (tmp_path / 'mine.py').write_text("_base_ = 'mmseg::setr/setr_vit-l_pup_8xb2-160k_ade20k-512x512.py'\n")
    code = "import mmvpt; from mmengine.config import Config; print(Config.fromfile('mine.py').model.type)"
    assert _python(code, REPO, tmp_path) == 'EncoderDecoder'


def test_a_config_is_found_by_name_or_path_and_a_wrong_name_is_answered_with_near_ones(tmp_path):
    assert find_config('mmvpt::setr_vpt_ade20k.py') == str(config_root() / 'setr_vpt_ade20k.py')
    (tmp_path / 'mine.py').write_text('')
    assert find_config(str(tmp_path / 'mine.py')) == str(tmp_path / 'mine.py')
    with pytest.raises(FileNotFoundError, match=r"no config 'mmvpt::vit_vpt_cup.py'.* has: vit_vpt_cub.py"):
        find_config('mmvpt::vit_vpt_cup.py')


def test_constraints_pin_exactly_what_was_tested():
    pins = dict(re.findall(r'^([\w-]+)==([\w.]+)', (REPO / 'requirements' / 'constraints.txt').read_text(), re.M))
    assert {name: pins[name] for name in versions.TESTED} == versions.TESTED
    assert pins['opencv-python'] == pins['opencv-python-headless'] == versions.TESTED_OPENCV


def _required(*names):
    """Distributions of requirements files, with the least version of each."""
    texts = [(REPO / 'requirements' / f'{name}.txt').read_text() for name in names]
    return {
        package: least
        for text in texts
        for package, least in re.findall(r'^([\w-]+)(?:\[\w+\])?>=([\d.]+)', text, re.M)
    }


def test_every_required_package_is_pinned_within_its_range():
    pins = dict(re.findall(r'^([\w-]+)==([\w.]+)', (REPO / 'requirements' / 'constraints.txt').read_text(), re.M))
    for package, least in _required('runtime', 'mminstall', 'det', 'sweep', 'timm', 'tests').items():
        assert versions._fits(pins[package], ('>=', least)), package


MODULES = {  # where a distribution is not called as what it installs
    'model-index': 'modelindex',
    'onedl-mmcv': 'mmcv',
    'onedl-mmdetection': 'mmdet',
    'onedl-mmengine': 'mmengine',
    'onedl-mmpretrain': 'mmpretrain',
    'onedl-mmsegmentation': 'mmseg',
    'opencv-python': 'cv2',
    'pillow': 'PIL',
    'PyYAML': 'yaml',
    'scikit-learn': 'sklearn',
}


def _imported(*folders):
    """Modules of other packages that our files import, in functions too."""
    nodes = [node for folder in folders for path in (REPO / folder).rglob('*.py') for node in _nodes(path)]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition('.')[0] for name in names} - sys.stdlib_module_names - {'mmvpt', 'tests'}


def _nodes(path):
    return ast.walk(ast.parse(path.read_text()))


def test_what_is_imported_is_required_and_what_is_required_is_imported():
    required = {
        MODULES.get(package, package) for package in _required('runtime', 'mminstall', 'det', 'digits', 'sweep', 'timm')
    }
    assert _imported('mmvpt', 'tools') == required
    for_tests = {MODULES.get(package, package) for package in _required('tests')}
    assert _imported('tests') - required <= for_tests


def test_versions_compare_as_numbers():
    assert mmvpt.parse_version_info('0.10.1') > mmvpt.parse_version_info('0.9')
    assert mmvpt.parse_version_info('1.2.0rc1') == (1, 2, 0, 'rc1')
    assert '.'.join(map(str, mmvpt.version_info)) == __version__
