"""The index of the configs says what they say, and names those that the tests step."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from mmvpt.config.find import find_config, list_names
from mmvpt.config.index import DATA, Showcase, format_index, read_showcase, read_showcases
from tests.configs.test_configs import data_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope='module')
def showcases() -> list[Showcase]:
    pytest.importorskip('mmdet')
    return read_showcases()


def test_every_config_has_a_line_and_its_method_a_column(showcases: list[Showcase]) -> None:
    """python tools/configs.py"""
    page = format_index(showcases)
    lines = [line for line in page.splitlines() if line.startswith('| ')]
    assert {showcase.name for showcase in showcases} <= {line.split()[1] for line in lines}
    headings = {line.removeprefix('## ') for line in page.splitlines() if line.startswith('## ')}
    assert headings == {'Methods and backbones', *DATA.values()}
    assert {showcase.method for showcase in showcases} <= {cell.strip() for cell in lines[0].split('|')}


def test_the_indexed_configs_are_those_with_data_that_tests_can_make(showcases: list[Showcase]) -> None:
    assert sorted(showcase.name for showcase in showcases) == [name for name in list_names() if data_of(name)]


def test_a_config_is_told_by_what_it_holds() -> None:
    found = read_showcase(Path(find_config('mmvpt::vit_vpt_bias_cub')))
    assert found == Showcase(
        name='vit_vpt_bias_cub',
        task='classification',
        system='ImageClassifier',
        backbone='VisionTransformer b/16 at 224',
        weights='vit-b16_in21k',
        method='DeepPrompts + BiasTuning',
        options='num_tokens=100, dropout=0.1',
        optimizer='SGD',
        batch=64,
        runs=10 * 4 * 6,
    )
    assert read_showcase(Path(find_config('mmvpt::swin-b_mlp3_cub'))).method == 'LinearProbe + MLP-3'
    assert read_showcase(Path(find_config('mmvpt::deit-s_scratch_cifar100'))).method == 'from scratch'
    assert read_showcase(Path(find_config('mmvpt::vit_scratch_shapes'))).method == 'pretraining'


def test_the_tool_prints_the_index_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / 'mine_boats.py').write_text(
        "_base_ = 'mmvpt::vit_vpt_cub.py'\nmodel = dict(backbone=dict(tuner=dict(num_tokens=7)))"
    )
    monkeypatch.setattr('sys.argv', ['configs.py', '--folder', str(tmp_path)])
    runpy.run_path(str(ROOT / 'tools' / 'configs.py'), run_name='__main__')
    printed = capsys.readouterr().out
    assert '| VisionTransformer b/16 at 224 | vit-b16_in21k | c           |' in printed
    assert '## boats' in printed  # a data set that has no other name here
    assert f'[mine_boats]({tmp_path}/mine_boats.py)' in printed
    assert '`num_tokens=7, dropout=0.1`' in printed


def test_a_folder_without_configs_and_a_part_of_a_config_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='holds no config'):
        read_showcases(tmp_path)
    (tmp_path / 'part.py').write_text("model = dict(type='ImageClassifier')\n")
    with pytest.raises(ValueError, match='part.py has no optim_wrapper, train_dataloader: it is only a part'):
        read_showcases(tmp_path)
