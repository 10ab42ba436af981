"""A trial goes on where it was, and its folder says how it ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmvpt.benchmark.sweep.attempt import Attempt
from mmvpt.benchmark.sweep.progress import tabulate_trials
from mmvpt.benchmark.sweep.selection import judge, select
from mmvpt.runs.steps import StepFailed
from mmvpt.text.refused import Refused

from .pretended import notes_of, pretend


def test_an_attempt_tells_each_evaluation_and_the_end(tmp_path: Path) -> None:
    attempt = Attempt(pretend(tmp_path, 1.0, seconds=0.7))
    told = []
    while not attempt.ended or not told or told[-1][0] < 2:
        told.append(attempt.next())
    assert [length for length, _ in told if length] == sorted(length for length, _ in told if length)
    assert told[-1] == (2, 90.02)
    assert attempt.trial.state == 'done'


def test_a_stopped_attempt_is_gone_on_with(tmp_path: Path) -> None:
    trial = pretend(tmp_path, 1.0, seconds=0.7, epochs=3)
    attempt = Attempt(trial)
    attempt.next()
    attempt.stop()
    assert trial.state == 'open'
    assert 'end' not in notes_of(trial)
    trial.run()
    assert [word for word in notes_of(trial) if word.isdigit()] == ['1', '2', '3']
    assert trial.state == 'done'


def test_a_divergence_ends_a_trial_for_good_with_its_reason(tmp_path: Path) -> None:
    trial = pretend(tmp_path, 1000.0)
    trial.run()
    trial.run()
    assert (trial.state, trial.reason) == ('diverged', 'At iteration 1, loss is nan.')
    assert notes_of(trial) == ['start']


def test_another_error_is_raised_and_leaves_the_trial_open(tmp_path: Path) -> None:
    trial = pretend(tmp_path, -1.0)
    with pytest.raises(StepFailed, match='no such file'):
        trial.run()
    assert trial.state == 'open'


def test_the_best_is_selected_and_of_equals_the_smallest_rate(tmp_path: Path) -> None:
    trials = [pretend(tmp_path, rate) for rate in (3.0, 1.5, 0.5, 1000.0)]
    for trial in trials:
        trial.run()
    chosen = select(trials, 'last')
    assert chosen is trials[2]  # as near to 1 as the second
    assert judge(trials[3], 'last') is None
    table = tabulate_trials(trials, 'last', chosen).splitlines()
    assert [line.split('|')[1].strip() for line in table[2:]] == ['1.5', '0.5', '3.0', '1000.0']
    assert 'selected' in table[3]
    assert 'diverged' in table[5]


def test_where_all_diverged_nothing_is_selected(tmp_path: Path) -> None:
    trial = pretend(tmp_path, 1000.0)
    trial.run()
    with pytest.raises(Refused, match='None of 1 trials can be selected: 1 diverged. At iteration 1, loss is nan'):
        select([trial], 'last')


def test_selection_by_the_best_evaluation_looks_at_all_of_them(tmp_path: Path) -> None:
    trial = pretend(tmp_path, 1.0)
    trial.run()
    log = trial.training.folder / 'run' / 'vis_data' / 'scalars.json'
    log.write_text(log.read_text() + '{"accuracy/top1": 10.0, "step": 3}\n{"accuracy/to')  # and a line cut short
    assert (judge(trial, 'last'), judge(trial, 'best')) == (10.0, 90.02)


def test_options_that_end_alike_are_told_apart(tmp_path: Path) -> None:
    setting = (('model.backbone.tuner.0.num_tokens', 5), ('model.backbone.tuner.1.num_tokens', 1))
    trial = replace(pretend(tmp_path, 1.0), setting=setting)
    trial.run()
    assert trial.title == '0.num_tokens 5, 1.num_tokens 1, seed 0'
    assert tabulate_trials([trial], 'last').splitlines()[0].startswith('| 0.num_tokens | 1.num_tokens | last')
