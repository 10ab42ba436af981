"""Which trial of a grid is taken: the best on validation data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from mmvpt.text.refused import Refused

from ..trial import LEARNING_RATE
from .trials import SweepTrial

#: The evaluation that a trial is judged by: that of the last epoch, as in the papers, or the best of all.
By = Literal['last', 'best']


def judge(trial: SweepTrial, by: By) -> float | None:
    """What a trial is judged by; None where it did not end as it should."""
    found = list(trial.evaluations.values())
    if trial.state != 'done' or not found:
        return None
    return found[-1] if by == 'last' else max(found)


def select(trials: Sequence[SweepTrial], by: By) -> SweepTrial:
    """The best trial; of equals that with the smallest learning rate, as in the public code of VPT, then the first."""
    judged = judge_all(trials, by)
    best = max(value for value, _ in judged)
    return min((trial for value, trial in judged if value == best), key=_rate)


def judge_all(trials: Sequence[SweepTrial], by: By) -> list[tuple[float, SweepTrial]]:
    """All trials that ended as they should, with what they are judged by; one of them at least."""
    judged = [(value, trial) for trial in trials if (value := judge(trial, by)) is not None]
    if not judged:
        states = [trial.state for trial in trials]
        ends = ', '.join(f'{states.count(state)} {state}' for state in dict.fromkeys(states))
        reason = next((trial.reason for trial in trials if trial.reason), '')
        raise Refused(
            f'None of {len(trials)} trials can be selected: {ends}. {reason} Try smaller learning rates, or look at '
            f'{trials[0].training.folder.parent}.'
        )
    return judged


def _rate(trial: SweepTrial) -> float:
    setting: Mapping[str, object] = dict(trial.setting)
    rate = setting.get(LEARNING_RATE, 0.0)
    return float(rate) if isinstance(rate, (int, float)) else 0.0
