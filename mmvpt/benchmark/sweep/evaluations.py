"""What a training that runs, or ran, found when it evaluated: read from its log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mmvpt.runs.log import read_log

#: Evaluations: what each found, by epoch or iteration.
Evaluations = Mapping[int, float]


def read_evaluations(folder: Path, metric: str) -> Evaluations:
    """Read all evaluations in the folder of a training, in their order; one that was repeated counts once."""
    found = {
        int(entry['step']): float(entry[metric]) for entry in read_log(folder) if metric in entry and 'step' in entry
    }
    return dict(sorted(found.items()))
