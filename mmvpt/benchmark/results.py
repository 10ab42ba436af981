"""What trainings of a comparison came to: one line of JSON each, in one file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal, get_args

from mmvpt.files.refuse import refuse
from mmvpt.files.write import write_atomically

RESULTS_FILE = 'results.jsonl'
Phase = Literal['selection', 'pruning', 'final']
SWEEP_AGAIN = 'mmvpt sweep writes it. Restore it, or give the sweep again: finished trainings are not repeated.'


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one training came to, with all that decides whether it may stand in one table with others.

    Args:
        protocol: How data are split and normalised and settings selected, by name.
        phase: Whether it trained to select a setting, to select what is pruned with that setting, or for good.
        task: What was learned.
        group: The group of tasks that it is averaged with; empty for none.
        method: What was tuned.
        base: The pretrained backbone.
        seed: Of the training.
        setting: Options that the sweep varied, by dotted key.
        metric: What was measured.
        split: On which images.
        value: At the end of the training; None where there was no end.
        best: The best of all evaluations on the way; None where there was one only.
        classes: Of the task.
        train_images: That it learned from.
        tuner: Parameters that the tuner adds or trains.
        head: Parameters of the head.
        total: All parameters.
        source: Where the data come from, as their card says.
        base_version: Hash of the file of the backbone; empty where it was not loaded from one.
        code: Version of mmvpt.
        folder: Of the training, relative to the file of results.
        seconds: Median time of a step of the training; None where it is not known.
        memory: What the training took of a GPU at most, in MB; None where it used none.
        delta_bytes: Size of the delta; None where there is none.
        failed: Why there is no value.
    """

    protocol: str
    phase: Phase
    task: str
    method: str
    base: str
    seed: int
    metric: str
    split: str
    value: float | None
    tuner: int
    head: int
    total: int
    classes: int
    train_images: int
    source: str
    code: str
    folder: str
    group: str = ''
    setting: Mapping[str, object] = field(default_factory=dict)
    best: float | None = None
    base_version: str = ''
    seconds: float | None = None
    memory: float | None = None
    delta_bytes: float | None = None
    failed: str = ''

    @property
    def trained(self) -> int:
        """Parameters that were trained."""
        return self.tuner + self.head


def write_results(path: Path, results: Sequence[Result]) -> None:
    """Write all results of a sweep, so that an interruption leaves the earlier file or this one."""
    text = ''.join(json.dumps(asdict(result), allow_nan=False) + '\n' for result in results)
    write_atomically(path, lambda file: file.write(text.encode()))


def read_results(folder: Path) -> list[Result]:
    """Read the results in a work folder, or in those below it."""
    paths = sorted(folder.rglob(RESULTS_FILE)) if folder.is_dir() else [folder]
    if not paths:
        raise refuse(folder, f'there is no {RESULTS_FILE} in it or below it', SWEEP_AGAIN)
    return [result for path in paths for result in _read(path)]


def _read(path: Path) -> Iterator[Result]:
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(path, f'it cannot be read: {error}', SWEEP_AGAIN) from error
    for place, line in enumerate(lines, start=1):
        try:
            yield _parse(json.loads(line))
        except (ValueError, TypeError) as error:
            raise refuse(path, f'line {place} is no result: {error}', SWEEP_AGAIN) from error


def _parse(values: Mapping[str, object]) -> Result:
    if not isinstance(values, dict):
        raise ValueError(f'it holds {type(values).__name__}, not names and values')
    known = {item.name: item for item in fields(Result)}
    if unknown := values.keys() - known.keys():
        raise ValueError(f'it has {", ".join(sorted(unknown))}, which no result has')
    result = Result(**values)
    if result.phase not in get_args(Phase):
        raise ValueError(f'phase is {result.phase!r}, not one of {", ".join(get_args(Phase))}')
    for name in ('value', 'best', 'seconds', 'memory', 'delta_bytes'):
        number = getattr(result, name)
        if number is not None and not (isinstance(number, (int, float)) and math.isfinite(number)):
            raise ValueError(f'{name} is {number!r}, not a finite number')
    for name in ('seed', 'tuner', 'head', 'total', 'classes', 'train_images'):
        if type(getattr(result, name)) is not int:
            raise ValueError(f'{name} is {getattr(result, name)!r}, not a whole number')
    for name in (
        'protocol',
        'task',
        'group',
        'method',
        'base',
        'metric',
        'split',
        'source',
        'code',
        'folder',
        'failed',
    ):
        if not isinstance(getattr(result, name), str):
            raise ValueError(f'{name} is {getattr(result, name)!r}, not a text')
    if not isinstance(result.setting, dict):
        raise ValueError(f'setting is {result.setting!r}, not names and values')
    return result
