"""``mmvpt show`` prints what the tuner of a config binds where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mmvpt.cli import main


def test_the_table_of_a_config_is_printed(capsys: pytest.CaptureFixture) -> None:
    main(['show', 'mmvpt::vit_vpt_cub.py'])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ['backbone:']
    assert lines[1] == ['tuner', 'act', 'site', 'shapes', 'parameters']
    assert len(lines) == 3
    assert lines[2][:3] == ['DeepPrompts', 'extend', 'layers.0-11.attn']


def test_a_long_table_is_printed_whole(capsys: pytest.CaptureFixture) -> None:
    main(['show', 'mmvpt::resnet50_bias_cub.py'])
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2 + 17
    assert rows[-1].split()[:2] == ['BiasTuning', 'unfreeze']


def test_a_model_that_nothing_tunes_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    config = tmp_path / 'plain.py'
    config.write_text("default_scope = 'mmpretrain'\nmodel = dict(type='mmpretrain.ResNet', depth=18)\n")
    with pytest.raises(SystemExit):
        main(['show', str(config)])
    assert 'ResNet has no TunedBackbone' in capsys.readouterr().err


def test_a_config_that_is_not_there_is_named(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        main(['show', 'nowhere.py'])
    assert 'nowhere.py' in capsys.readouterr().err


def test_help_imports_no_torch() -> None:
    code = (
        'import sys, contextlib, mmvpt.cli\n'
        "with contextlib.suppress(SystemExit): mmvpt.cli.main(['show', '--help'])\n"
        "new = set(sys.modules) & {'mmpretrain', 'mmvpt.analysis', 'mmvpt.engine.launch'}\n"
        'sys.exit(str(new) if new else 0)'
    )
    assert subprocess.run([sys.executable, '-W', 'ignore', '-c', code], capture_output=True).returncode == 0
