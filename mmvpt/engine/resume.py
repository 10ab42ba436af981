"""Which checkpoint to go on from."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mmvpt.files.read import NotPlainWeights, read_checkpoint


def existing_checkpoint(path: str) -> str:
    """Return the path of a checkpoint that is there, or a URL; an error lists what is there instead."""
    file = Path(path).expanduser()
    if '://' in path:
        return path
    if file.is_file():
        return str(file)
    there = sorted(other.name for kind in ('pth', 'safetensors') for other in file.parent.glob(f'*.{kind}'))
    raise FileNotFoundError(f'There is no checkpoint {path!r}. {file.parent} has: {", ".join(there) or "none"}.')


def find_latest_checkpoint(work_dir: str) -> str | None:
    """Return the newest readable ``iter_*.pth`` or ``epoch_*.pth``; None where there is no such file.

    The file ``last_checkpoint`` is not asked: a process killed at a bad moment leaves it empty or outdated.
    """
    failures = []
    for path in _newest_first(Path(work_dir)):
        try:
            read_checkpoint(path)
        except NotPlainWeights:
            raise
        except ValueError as error:
            failures.append(str(error))
            say(f'Resuming skips {path.name}. {error}')
        else:
            return str(path)
    if failures:
        raise ValueError(f'No checkpoint in {work_dir} can be read, so nothing can be resumed. {failures[0]}')
    return None


def say(message: str) -> None:
    """Tell the user, once for all processes; there is no logger before there is a runner."""
    if os.environ.get('RANK', '0') == '0':
        print(message, file=sys.stderr, flush=True)


def _newest_first(folder: Path) -> list[Path]:
    paths = [path for kind in ('iter', 'epoch') for path in folder.glob(f'{kind}_*.pth')]
    numbered = [path for path in paths if path.stem.partition('_')[2].isdecimal()]
    return sorted(numbered, key=_age)


def _age(path: Path) -> tuple[int, int]:
    return -path.stat().st_mtime_ns, -int(path.stem.partition('_')[2])
