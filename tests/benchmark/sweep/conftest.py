"""What tests of sweeps share."""

from __future__ import annotations

import pytest

from mmvpt.benchmark.sweep import run as sweep_run
from mmvpt.runs.steps import StepFailed


@pytest.fixture
def in_this_process(monkeypatch, steps_in_this_process) -> list[str]:
    """Trials are run one after the other; their names are noted."""
    ran: list[str] = []

    def run_trials(trials, search, resources, progress):
        errors = {}
        for trial in trials:
            if trial.state == 'open':
                ran.append(trial.name)
                try:
                    trial.run()
                except StepFailed as error:
                    errors[trial.name] = error
        return errors

    monkeypatch.setattr(sweep_run, 'run_trials', run_trials)
    return ran
