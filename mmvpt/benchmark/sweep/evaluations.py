"""What a training that runs, or ran, found when it evaluated: read from its log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

#: Evaluations: what each found, by epoch or iteration.
Evaluations = Mapping[int, float]


def read_evaluations(folder: Path, metric: str) -> Evaluations:
    """Read all evaluations in the folder of a training, in their order; one that was repeated counts once."""
    found = {
        int(entry['step']): float(entry[metric])
        for log in sorted(folder.glob('*/vis_data/*.json'))
        for entry in _entries(log)
        if metric in entry and 'step' in entry
    }
    return dict(sorted(found.items()))


def _entries(log: Path) -> Iterator[Mapping[str, float]]:
    for line in log.read_text(errors='replace').splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the end of a log whose process was killed, or is just writing it
        if isinstance(entry, dict):
            yield entry
