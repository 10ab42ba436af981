"""Of a few dozen damaged data sets, the checker names each by its file, and no training hangs, crashes or takes it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from .data import judge
from .data_cases import Damage, damages
from .isolated import Ended

TOOL = Path(__file__).resolve().parents[2] / 'tools' / 'try_data.py'

pytest.importorskip('mmdet')


def test_damaged_data_sets_are_named_and_right_ones_pass(tmp_path: Path) -> None:
    """In a process of its own, which makes copies of itself."""
    out = tmp_path / 'outcomes.json'
    subprocess.run([sys.executable, str(TOOL), '--cases', '14', '--seed', '13', '--json', str(out)], check=True)
    outcomes = json.loads(out.read_text())
    assert len(outcomes) == 14
    fine = [one for one in outcomes if one['kind'] in ('sound', 'odd')]
    damaged = [one for one in outcomes if one not in fine]
    assert [one['name'] for one in damaged if one['said'] != 'named'] == []
    assert [one['name'] for one in fine if one['said'] not in ('passed', 'remark') or one['did'] != 'trained'] == []
    assert [one['name'] for one in outcomes if one['did'] in ('hung', 'crashed')] == []


def test_there_are_many_damages_of_every_kind() -> None:
    counts = Counter(one.kind for one in damages(0))
    assert sum(number for kind, number in counts.items() if kind not in ('sound', 'odd')) >= 150
    assert min(counts[kind] for kind in ('picture', 'map', 'json', 'text', 'folder', 'odd', 'sound')) >= 10


def test_a_seed_chooses_what_is_damaged() -> None:
    places = [[one.place for one in damages(seed)] for seed in (3, 3, 4)]
    assert places[0] == places[1] != places[2]


DAMAGE = Damage('coco', 'picture', 'missing', 'train2017/7.jpg', lambda path: None)
USUAL = 'There\n  4 files\nRemarks\n  old\nNo problems found.'


def ended(printed: str, status: int = 0, hung: bool = False) -> Ended:
    return Ended(status, hung, printed, 1.0)


@pytest.mark.parametrize(
    ('checked', 'said'),
    [
        (ended(USUAL), 'passed'),
        (ended('There\n  3 files\nRemarks\n  old\n  spare: 1 (7.jpg)\nNo problems found.'), 'remark'),
        (ended('There\n  3 files\nProblems\n  absent: 1 (7.jpg)\n1 problem found.', 1), 'named'),
        (ended('There\n  3 files\nProblems\n  absent: 1 (17.jpg)\n1 problem found.', 1), 'without the file'),
        (ended('Traceback (most recent call last):\n  x\nKeyError: 7.jpg', 1), 'traceback'),
        (ended('', -11), 'crashed'),
        (ended('', -9, hung=True), 'hung'),
    ],
)
def test_what_the_checker_says_is_judged(checked: Ended, said: str) -> None:
    assert judge(DAMAGE, checked, None, USUAL).said == said


@pytest.mark.parametrize(
    ('trained', 'did'),
    [
        (ended('done'), 'trained'),
        (ended('reading 7.jpg\nTraceback\nValueError: train2017/7.jpg cannot be loaded', 1), 'named'),
        (ended('reading 7.jpg\nTraceback\nKeyError: no', 1), "host's words"),
        (ended('', -11), 'crashed'),
        (ended('', -9, hung=True), 'hung'),
    ],
)
def test_what_a_training_does_is_judged(trained: Ended, did: str) -> None:
    assert judge(DAMAGE, ended(USUAL), trained, USUAL).did == did


def test_a_piece_that_crashes_or_hangs_is_an_outcome(tmp_path: Path) -> None:
    code = (
        'import os, sys, time; from pathlib import Path; from tests.damage import isolated; isolated.PATIENCE = 1; '
        'run = lambda piece: isolated.run_isolated(piece, Path(sys.argv[1]), 1.0); '
        'ends = [run(os.abort), run(lambda: time.sleep(60)), run(lambda: sys.exit(3)), run(lambda: print("told"))]; '
        'print([(end.status, end.hung, end.printed.strip()) for end in ends])'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, str(tmp_path)], cwd=TOOL.parents[1], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[(-6, False, ''), (-9, True, ''), (3, False, ''), (0, False, 'told')]"
