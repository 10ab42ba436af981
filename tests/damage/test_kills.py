"""Whatever moment a run is killed at, nothing is lost: the short form of ``tools/try_kills.py``."""

from __future__ import annotations

import os

import pytest

from .kills.others import try_conversion, try_full_disk, try_two_processes
from .kills.runs import FINE, try_task

pytestmark = pytest.mark.long
KILLS = int(os.environ.get('MMVPT_TEST_KILLS', 5))


@pytest.mark.parametrize('task', ['cls', 'seg'])
def test_killed_at_any_moment_a_run_resumes_to_the_same_end(tmp_path, task: str) -> None:
    outcomes = list(try_task(task, KILLS, tmp_path, seed=0))
    assert [str(outcome) for outcome in outcomes if outcome.outcome != FINE] == []
    assert any('write' in outcome.moment for outcome in outcomes)


def test_one_of_two_processes_is_killed_and_the_other_ends_too(tmp_path) -> None:
    assert [outcome.outcome for outcome in try_two_processes(1, tmp_path, seed=0)] == [FINE]


def test_a_killed_conversion_leaves_no_half_file(tmp_path) -> None:
    assert {outcome.outcome for outcome in try_conversion(4, tmp_path, seed=0)} == {FINE}


def test_a_file_too_large_for_the_disk_is_named_and_the_run_goes_on_later(tmp_path) -> None:
    assert {outcome.outcome for outcome in try_full_disk(2, tmp_path, seed=0)} == {FINE}
