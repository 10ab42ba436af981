"""Rows of tables are composed into configs, and are found wherever a file would be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from mmvpt.config import Recipe
from mmvpt.config.compose import compose_text
from mmvpt.config.find import find_config, list_names
from mmvpt.config.folders import config_root
from mmvpt.config.tables import Row, read_rows
from mmvpt.engine import launch

REPO = Path(__file__).resolve().parents[2]
BIRDS = """
from mmvpt.config import Recipe

ROWS = {{
    'vit_lora_birds': Recipe(
        'classifier_vpt', data='birds.py', backbone='vit-b16_in21k', tuner='lora', optimizer='vpt_adamw',
        schedule='vpt_100e', batch_size=32, overrides={overrides},
    ),
}}
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's table outside the package, next to its data set."""
    (tmp_path / 'birds.py').write_text("_base_ = 'mmvpt::_base_/datasets/cub.py'\nnum_classes = 9\n")
    path = tmp_path / 'table.py'
    path.write_text(BIRDS.format(overrides={'model.backbone.tuner.rank': 4}))
    monkeypatch.setenv('MMVPT_RECIPES', str(path))
    return path


def row(**fields: object) -> Row:
    return Row('mine', Recipe(**{'model': 'classifier', **fields}), config_root() / 'recipes' / 'mine.py')


WHOLE = dict(data='cub', backbone='vit-b16_in21k', tuner='vpt', optimizer='vpt_sgd', schedule='vpt_100e')


def test_there_are_270_configs_and_at_most_20_of_them_are_files() -> None:
    assert len(list_names()) == len(set(list_names())) == 270
    assert len(list(config_root().glob('*.py'))) <= 20


@pytest.mark.parametrize('name', ['vit_lora_cub', 'vit-l_vpt_cub'])
def test_a_file_and_a_row_are_named_alike_with_an_ending_or_without(name: str) -> None:
    assert find_config(f'mmvpt::{name}') == find_config(f'mmvpt::{name}.py')
    assert Path(find_config(f'mmvpt::{name}')).name == f'{name}.py'


def test_results_of_a_row_are_in_a_folder_of_its_name() -> None:
    assert launch.load_config('mmvpt::vit-l_vpt_cub', None, None).work_dir == os.path.join('work_dirs', 'vit-l_vpt_cub')


def test_a_path_of_a_file_that_is_a_row_now_finds_the_row_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert find_config('configs/vit_full_cub.py') == find_config('mmvpt::vit_full_cub')
    assert capsys.readouterr().err.count('There is no file configs/vit_full_cub.py. It is a row of ') == 1


def test_configs_inherit_rows_by_name_and_by_a_path_of_before(tmp_path: Path) -> None:
    (tmp_path / 'configs').mkdir()
    for name, base in dict(named='mmvpt::mae_full_cub', by_path='configs/mae_full_cub.py').items():
        (tmp_path / f'{name}.py').write_text(f'_base_ = {base!r}\nrandomness = dict(seed=7)\n')
        config = Config.fromfile(tmp_path / f'{name}.py')
        assert (config.model.backbone.tuner.type, config.randomness.seed) == ('mmvpt.FullTuning', 7)


def test_a_fragment_of_before_is_still_inherited(tmp_path: Path) -> None:
    (tmp_path / 'mine.py').write_text(
        "_base_ = ['mmvpt::_base_/models/swin-b_cub.py', 'mmvpt::_base_/tuners/vpt_swin.py']\n"
        'model = dict(backbone=dict(tuner=_base_.tuner))\n'
    )
    model = Config.fromfile(tmp_path / 'mine.py').model
    assert model == Config.fromfile(find_config('mmvpt::swin-b_vpt_cub')).model


def test_a_row_of_a_table_outside_the_package_is_found_with_its_own_fragments(table: Path) -> None:
    config = Config.fromfile(find_config('mmvpt::vit_lora_birds'))
    assert config.model.head.num_classes == 9
    assert config.train_dataloader.batch_size == 32
    assert config.model.backbone.tuner.rank == 4
    assert config.model.backbone.tuner.type == 'mmvpt.LoRA'
    assert 'vit_lora_birds' in list_names()


def test_a_table_that_was_changed_is_read_again(table: Path) -> None:
    before = find_config('mmvpt::vit_lora_birds')
    table.write_text(BIRDS.format(overrides={'model.backbone.tuner.rank': 2}))
    os.utime(table, ns=(1, 1))
    after = find_config('mmvpt::vit_lora_birds')
    assert [Config.fromfile(path).model.backbone.tuner.rank for path in (before, after)] == [4, 2]


def test_two_rows_of_one_name_are_refused(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = table.with_name('other.py')
    other.write_text(table.read_text())
    monkeypatch.setenv('MMVPT_RECIPES', f'{table}{os.pathsep}{other}')
    with pytest.raises(ValueError, match=r"'vit_lora_birds' is a row of .*table.py and of .*other.py. Rename"):
        find_config('mmvpt::vit_lora_birds')
    other.write_text("from mmvpt.config import Recipe\nROWS = {'a': Recipe('classifier'), 'a': Recipe('classifier')}\n")
    with pytest.raises(ValueError, match=r"other.py has two rows of the name 'a'"):
        find_config('mmvpt::vit_lora_birds')
    other.write_text("from mmvpt.config import Recipe\nROWS = {'vit_vpt_cub': Recipe('classifier')}\n")
    with pytest.raises(ValueError, match=r"'vit_vpt_cub' is a row of .*other.py and a file, .*vit_vpt_cub.py. Rename"):
        find_config('mmvpt::vit_lora_birds')


def test_a_table_that_is_missing_or_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / 'table.py'
    monkeypatch.setenv('MMVPT_RECIPES', str(path))
    with pytest.raises(FileNotFoundError, match='MMVPT_RECIPES names .*table.py, which is no file'):
        read_rows()
    path.write_text('ROWS = dict(mine=3)\n')
    with pytest.raises(TypeError, match='table.py needs ROWS, a dict of mmvpt.config.Recipe by name'):
        read_rows()


def test_a_fragment_that_does_not_exist_is_answered_with_near_ones() -> None:
    with pytest.raises(FileNotFoundError, match=r"'mine' of .* names the tuner 'vtp', but .*vtp.py. .* has: vpt"):
        compose_text(row(**WHOLE | dict(tuner='vtp')))


@pytest.mark.parametrize(
    ('field', 'variable'),
    [('data', 'num_classes'), ('backbone', 'backbone'), ('optimizer', 'optim_wrapper'), ('schedule', 'train_cfg')],
)
def test_a_row_that_lacks_a_fragment_says_which(field: str, variable: str) -> None:
    with pytest.raises(ValueError, match=f"lacks a fragment: .* needs '{variable}', .* Add {field}=, one of: "):
        compose_text(row(**{key: value for key, value in WHOLE.items() if key != field}))


def test_a_variable_that_no_fragment_sets_is_refused() -> None:
    with pytest.raises(ValueError, match=r'uses _base_.setr_prompts, and no fragment of the row sets it'):
        compose_text(row(**WHOLE, overrides={'optim_wrapper': '_base_.setr_prompts'}))


def test_what_is_changed_inside_a_variable_leaves_the_rest_of_it() -> None:
    text = compose_text(row(**WHOLE, overrides={'model.backbone.init_cfg.checkpoint': 'mine.pth'}))
    assert "init_cfg=dict(_base_.pretrained, checkpoint='mine.pth')" in text


def test_a_damaged_file_in_the_cache_is_written_again() -> None:
    path = Path(find_config('mmvpt::moco_full_cub'))
    text = path.read_text()
    path.write_text(text[:20])
    assert Path(find_config('mmvpt::moco_full_cub')) == path
    assert path.read_text() == text
    assert [file.name for file in path.parent.iterdir()] == ['moco_full_cub.py']


def test_processes_that_compose_one_row_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    code = """if True:
        from hashlib import sha256
        from mmvpt.config.find import find_config
        for _ in range(10):
            print(sha256(open(find_config('mmvpt::moco_bias_cub'), 'rb').read()).hexdigest())
    """
    environment = {**os.environ, 'PYTHONPATH': str(REPO), 'MMVPT_CACHE': str(tmp_path / 'cache')}
    command = [sys.executable, '-c', code]
    ranks = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    texts = [text for rank in ranks for text in rank.communicate()[0].split()]
    assert len(texts) == 80 and len(set(texts)) == 1
    assert len([path for path in (tmp_path / 'cache').rglob('*') if path.is_file()]) == 1


def test_a_cache_that_cannot_be_written_is_replaced_by_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('MMVPT_CACHE', str(tmp_path / 'file'))
    assert Config.fromfile(find_config('mmvpt::moco_bias_cub')).model.type == 'ImageClassifier'


def test_a_name_in_no_table_is_answered_with_near_rows_and_files() -> None:
    with pytest.raises(FileNotFoundError, match=r"no config 'mmvpt::mae_vtp_cub'.* has: mae_vpt_cub.py"):
        find_config('mmvpt::mae_vtp_cub')


def test_a_file_of_a_user_is_taken_before_a_row_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'configs').mkdir()
    (tmp_path / 'configs' / 'vit_full_cub.py').write_text('lr = 1\n')
    monkeypatch.chdir(tmp_path)
    assert find_config('configs/vit_full_cub.py') == os.path.join('configs', 'vit_full_cub.py')
