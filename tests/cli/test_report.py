"""``mmvpt report`` prints tables of results, lists layouts, and refuses in one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmvpt.cli import main
from tests.benchmark.made_results import result, sweep, write


def test_tables_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write(tmp_path / 'work', sweep('full', 60.0) + sweep('vpt', 61.0))
    outs = [tmp_path / 'report.md', tmp_path / 'report.csv']
    main(['report', str(tmp_path / 'work'), *(word for out in outs for word in ('--out', str(out)))])
    assert capsys.readouterr().out == outs[0].read_text()
    assert outs[1].is_file()


def test_layouts_are_listed_and_printed(capsys: pytest.CaptureFixture) -> None:
    main(['report', '--list'])
    assert '| vpt-table1 ' in capsys.readouterr().out
    main(['report', '--as', 'e2vpt-table1', '--paper'])
    assert '89.22 (4)' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ([], 'give folders of results, or --as NAME --paper'),
        (['work', '--paper'], '--paper needs --as'),
        (['--as', 'vpt-table1'], 'give folders of results'),
        (['work', '--as', 'vpt-table1', '--test', 'vpt'], '--against and --test are for tables of our own'),
    ],
)
def test_options_that_do_not_go_together_are_told(arguments: list, message: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as stop:
        main(['report', *arguments])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_a_mixture_ends_with_a_message(tmp_path: Path) -> None:
    write(tmp_path, [result(), result(seed=44, code='0.2.0')])
    with pytest.raises(SystemExit, match='several versions of mmvpt'):
        main(['report', str(tmp_path)])
