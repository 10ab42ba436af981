"""What ``config`` writes is what the name stands for, and ``configs`` lists what filters let through."""

import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from mmvpt.cli import main
from mmvpt.config.find import find_config, list_names


@pytest.mark.parametrize('name', ['vit_vpt_cub', 'setr_linear_mini_vtab', 'swin-b_mlp3_cub'])
def test_what_is_written_out_is_the_config_and_has_no_bases(name: str, tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'mine.py'
    main(['config', name, '--out', str(path)])
    assert '_base_ =' not in path.read_text()
    assert Config.fromfile(path).to_dict() == Config.fromfile(find_config(f'mmvpt::{name}')).to_dict()


def test_the_bases_of_a_row_are_a_config_that_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    main(['config', 'mmvpt::deit-s_scratch_cifar100', '--bases'])
    (tmp_path / 'mine.py').write_text(capsys.readouterr().out)
    before = Config.fromfile(find_config('mmvpt::deit-s_scratch_cifar100')).to_dict()
    assert Config.fromfile(tmp_path / 'mine.py').to_dict() == before


def test_what_is_written_out_is_read_where_nothing_was_imported_before(tmp_path: Path) -> None:
    main(['config', 'vit_full_cub', '--out', str(tmp_path / 'mine.py')])
    code = "from mmengine.config import Config; print(Config.fromfile('mine.py').model.type)"
    command = [sys.executable, '-W', 'ignore', '-c', code]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout == 'ImageClassifier\n'


def test_a_misspelt_name_is_answered_with_near_ones(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        main(['config', 'vit_vtp_cub'])
    assert 'vit_vpt_cub.py' in capsys.readouterr().err


def listed(capsys: pytest.CaptureFixture, *options: str) -> list[str]:
    main(['configs', *options])
    return [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]


def test_all_configs_are_listed(capsys: pytest.CaptureFixture) -> None:
    assert listed(capsys) == list_names()


@pytest.mark.parametrize(
    ('options', 'names'),
    [
        (('--method', 'e2vpt', '--data', 'ade20k'), {'setr_e2vpt_ade20k', 'upernet_swin-b_e2vpt_ade20k'}),
        (('--method', 'LoRA', '--data', 'cub'), {'vit_lora_cub', 'vit_lora_all_linear_cub'}),
        (('--method', 'mlp3', '--backbone', 'convnext'), {'convnext-b_mlp3_cub'}),
        (('--backbone', 'dinov'), {'dinov2_vpt_cub', 'cascade_mask_rcnn_dinov3_vpt_coco'}),
        (
            ('--data', 'shapes', '--task', 'detection'),
            {f'mask_rcnn_{x}_shapes' for x in ('full', 'linear', 'protuning')},
        ),
    ],
)
def test_filters_leave_what_they_name(options: tuple[str, ...], names: set[str], capsys: pytest.CaptureFixture) -> None:
    assert set(listed(capsys, *options)) == names


def test_a_filter_that_nothing_passes_says_what_there_is(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        main(['configs', '--task', 'segmentatoin'])
    assert "No task here begins with 'segmentatoin'. There are: segmentation." in capsys.readouterr().err
