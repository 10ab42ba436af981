"""Finding the checkpoint to resume from."""

from __future__ import annotations

from pathlib import Path

from mmvpt.files.read import NotPlainWeights, read_checkpoint
from mmvpt.text.once import say
from mmvpt.text.refused import Refused


def existing_checkpoint(path: str) -> str:
    """Return the path of an existing checkpoint, or a URL; an error lists the checkpoints that exist."""
    file = Path(path).expanduser()
    if '://' in path:
        return path
    if file.is_file():
        return str(file)
    there = sorted(other.name for kind in ('pth', 'safetensors') for other in file.parent.glob(f'*.{kind}'))
    raise FileNotFoundError(f'There is no checkpoint {path!r}. {file.parent} has: {", ".join(there) or "none"}.')


def find_latest_checkpoint(work_dir: str) -> str | None:
    """Return the newest readable ``iter_*.pth`` or ``epoch_*.pth``; None if there is no such file.

    The file ``last_checkpoint`` is not used: if a process is killed at the wrong moment, it is empty or outdated.
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
        raise Refused(f'No checkpoint in {work_dir} can be read, so nothing can be resumed. {failures[0]}')
    return None


def _newest_first(folder: Path) -> list[Path]:
    paths = [path for kind in ('iter', 'epoch') for path in folder.glob(f'{kind}_*.pth')]
    numbered = [path for path in paths if path.stem.partition('_')[2].isdecimal()]
    return sorted(numbered, key=_age)


def _age(path: Path) -> tuple[int, int]:
    return -path.stat().st_mtime_ns, -int(path.stem.partition('_')[2])
