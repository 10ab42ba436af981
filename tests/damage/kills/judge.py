"""What must be true of the files of a run after each kill, and at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from torch import Tensor

from mmvpt.files.read import read_checkpoint

#: Of a resume file, what tells of the hour, the machine, the speed, and which of all runs it was.
NOT_COMPARED = {'time', 'mmvpt_run', 'cfg', 'experiment_name', 'data_time', 'iter_time', 'memory', 'eta'}
READERS = {'.pth': read_checkpoint, '.safetensors': read_checkpoint, '': Path.read_text}  # that of last_checkpoint


def damaged(folder: Path) -> list[str]:
    """Visible files that cannot be read; ``last_checkpoint``, by which nothing is resumed, may be old until the end."""
    found = []
    for path in visible(folder):
        try:
            READERS.get(path.suffix, Path.read_bytes)(path)
        except Exception as error:
            found.append(f'unreadable {path.name}: {error}')
    return found


def visible(folder: Path) -> Iterator[Path]:
    """Files of a run that a user sees."""
    return (path for path in sorted(folder.glob('*')) if path.is_file() and not path.name.startswith('.'))


def resume_files(folder: Path) -> list[Path]:
    """What a run can go on from."""
    return [path for kind in ('iter', 'epoch') for path in folder.glob(f'{kind}_*.pth')]


def differences(expected: Path, got: Path) -> list[str]:
    """How the end of a killed run differs from that of an uninterrupted one."""
    names = [
        {str(path.relative_to(folder)) for path in folder.rglob('*') if _lasting(path)} for folder in (expected, got)
    ]
    found = [f'missing {name}' for name in sorted(names[0] - names[1])]
    found += [f'left over {name}' for name in sorted(names[1] - names[0])]
    for name in sorted(names[0] & names[1]):
        found += [f'{name}: {where}' for where in compare(_at(expected, name), _at(got, name))]
    return found


def _lasting(path: Path) -> bool:
    """Tell results and what is left of a write from the logs of each start."""
    return path.is_file() and (path.suffix in READERS or path.name.startswith('.'))


def _at(folder: Path, name: str) -> object:
    path = folder / name
    return _portable(READERS[path.suffix](path), str(folder))


def _portable(value: object, folder: str) -> object:
    """A value without the folder of its run."""
    if isinstance(value, str):
        return value.replace(folder, '')
    if isinstance(value, HistoryBuffer):
        return [np.asarray(part) for part in value.data]
    if isinstance(value, Mapping):
        kept = {key: part for key, part in value.items() if str(key).rpartition('/')[2] not in NOT_COMPARED}
        return {key: _portable(part, folder) for key, part in kept.items()}
    if isinstance(value, list | tuple):
        return [_portable(part, folder) for part in value]
    return value


def compare(expected: object, got: object, where: str = '') -> list[str]:
    """Places where two contents differ; tensors and numbers to the last bit."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        both = expected.keys() & got.keys()
        uneven = [f'{where}/{key} in one only' for key in sorted(map(str, expected.keys() ^ got.keys()))]
        return uneven + [found for key in both for found in compare(expected[key], got[key], f'{where}/{key}')]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = enumerate(zip(expected, got, strict=True))
        return [found for index, pair in pairs for found in compare(*pair, f'{where}/{index}')]
    return [] if _same(expected, got) else [f'{where} differs']


def _same(one: object, other: object) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, np.ndarray | float):
        return np.array_equal(one, np.asarray(other), equal_nan=True)
    return one == other
