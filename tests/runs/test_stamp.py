"""The mark in a folder of results, when its process is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmvpt.runs.stamp import STAMP, Stamp


def test_a_folder_whose_mark_was_being_written_is_still_ours(tmp_path: Path) -> None:
    (tmp_path / f'.{STAMP}.partial').write_text('{"ke')
    Stamp(tmp_path, 'key').begin()
    assert [path.name for path in tmp_path.iterdir()] == [STAMP]


def test_killed_while_it_is_cleared_a_folder_is_still_ours_and_counts_as_nothing(tmp_path, monkeypatch) -> None:
    old = Stamp(tmp_path, 'old')
    old.begin()
    (tmp_path / 'result').write_text('whole')
    (tmp_path / 'other').write_text('whole')
    old.finish()

    def killed(path: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, 'unlink', killed)
        patch.setattr('shutil.rmtree', lambda folder, **_: killed(folder))
        Stamp(tmp_path, 'new').begin()
    assert not old.is_done()
    Stamp(tmp_path, 'new').begin()
    assert [path.name for path in tmp_path.iterdir()] == [STAMP]
