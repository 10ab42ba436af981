"""The file of results of a sweep."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from mmvpt.benchmark.results import RESULTS_FILE, Result, read_results, write_results
from mmvpt.text.refused import Refused

RESULT = Result(
    protocol='vtab',
    phase='final',
    task='dtd',
    group='Natural',
    method='vpt',
    base='vit-b16_in21k',
    seed=42,
    setting={'optim_wrapper.optimizer.lr': 2.5},
    metric='accuracy/top1',
    split='test',
    value=65.8,
    tuner=92_160,
    head=36_143,
    total=85_926_959,
    classes=47,
    train_images=1_000,
    source='a card',
    code='0.1.0',
    folder='final/dtd_vpt/seed42',
)


def test_results_are_read_as_written_from_each_folder_below(tmp_path: Path) -> None:
    diverged = replace(RESULT, seed=44, value=None, failed='the loss was not finite')
    write_results(tmp_path / 'one' / RESULTS_FILE, [RESULT])
    write_results(tmp_path / 'two' / RESULTS_FILE, [diverged])
    assert read_results(tmp_path) == [RESULT, diverged]


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'value': float('nan')}, 'value is nan, not a finite number'),
        ({'phase': 'guess'}, "phase is 'guess', not one of selection, pruning, final"),
        ({'seed': '42'}, "seed is '42', not a whole number"),
        ({'task': 3}, 'task is 3, not a text'),
        ({'setting': []}, r'setting is \[\], not names and values'),
        ({'shell': 'x'}, 'it has shell, which no result has'),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(change: dict, message: str, tmp_path: Path) -> None:
    path = tmp_path / RESULTS_FILE
    path.write_text('\n'.join(json.dumps({**asdict(RESULT), **each}) for each in ({}, change)))
    with pytest.raises(Refused, match=f'line 2 is no result: {message}'):
        read_results(path)


def test_a_cut_file_and_an_absent_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f'there is no {RESULTS_FILE} in it'):
        read_results(tmp_path)
    path = tmp_path / RESULTS_FILE
    path.write_text(json.dumps(asdict(RESULT))[:-20])
    with pytest.raises(Refused, match='line 1 is no result'):
        read_results(path)
