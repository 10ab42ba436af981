"""Trials that pretend to train: they write the logs of a training, and nothing has to be loaded for them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mmvpt.benchmark.sweep.search import folder_name
from mmvpt.benchmark.sweep.trials import SweepTrial
from mmvpt.benchmark.trial import LEARNING_RATE
from mmvpt.runs.steps import Step

METRIC = 'accuracy/top1'
#: It goes on after the last epoch in its log, and notes when it starts, which epochs it does, and when it ends.
SCRIPT = """
import json, pathlib, sys, time
folder, rate, seconds, epochs = pathlib.Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
notes, log = folder / 'notes', folder / 'run' / 'vis_data' / 'scalars.json'
log.parent.mkdir(parents=True, exist_ok=True)
def note(word):
    with open(notes, 'a') as file:
        file.write(word + ' ')
done = len(log.read_text().splitlines()) if log.exists() else 0
note('start')
if rate > 100:
    sys.exit('FloatingPointError: At iteration 1, loss is nan.')
if rate < 0:
    sys.exit('no such file')
for epoch in range(done + 1, epochs + 1):
    time.sleep(seconds)
    with open(log, 'a') as file:
        file.write(json.dumps({'accuracy/top1': 90 - abs(rate - 1) * 10 + epoch / 100, 'step': epoch}) + chr(10))
    note(str(epoch))
note('end')
"""


def pretend(folder: Path, rate: float, seconds: float = 0.0, epochs: int = 2) -> SweepTrial:
    """A trial that is the better the nearer its rate is to 1."""
    setting = ((LEARNING_RATE, rate),)
    place = folder / folder_name(setting)
    command = (sys.executable, '-S', '-c', SCRIPT, str(place), str(rate), str(seconds), str(epochs))
    return SweepTrial(place.name, setting, 0, METRIC, Step(f'Training {place.name}', place, command))


def notes_of(trial: SweepTrial) -> Sequence[str]:
    """What a trial noted."""
    return (trial.training.folder / 'notes').read_text().split()
