"""Making a data set that is drawn: it is drawn once, and checked when it is used again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from rich.progress import track

from mmvpt.datasets.card import write_card
from mmvpt.files.write import write_atomically

from .layouts import Exporter

MANIFEST = 'manifest.json'
#: Between the name of a folder and the number of the process that fills it.
PARTIAL = '.partial-'


@dataclass(frozen=True)
class Request:
    """What decides every byte of one format.

    Args:
        exporter: Who writes the format.
        seed: Other seeds draw other images.
        size: Height and width of the images.
        splits: Number of images in each split.
    """

    exporter: Exporter
    seed: int
    size: int
    splits: Mapping[str, int]

    def describe(self) -> dict[str, object]:
        """Return all of it in types that JSON knows."""
        exporter = self.exporter
        whole = dict(
            format=exporter.name,
            seed=self.seed,
            size=self.size,
            splits=self.splits,
            edition=exporter.edition,
            classes=exporter.classes,
            style=exporter.describe(),
        )
        return json.loads(json.dumps(whole))

    @property
    def source(self) -> str:
        """Where the pictures come from, other words for other pictures."""
        style = hashlib.sha256(json.dumps(self.describe(), sort_keys=True).encode()).hexdigest()[:8]
        exporter = self.exporter
        return f'{exporter.title}, {exporter.name} drawn with edition {exporter.edition}, seed {self.seed} ({style})'


def make_drawn(
    root: str | Path,
    exporters: Iterable[Exporter],
    *,
    seed: int = 0,
    size: int | None = None,
    splits: Mapping[str, int] | None = None,
    workers: int = 0,
) -> list[Path]:
    """Write formats of a data set below ``root``, a folder for each; complete folders are not changed.

    Args:
        root: The folder of the data set.
        exporters: Of the formats.
        seed: Other seeds draw other images; the same seed gives the same files, byte for byte.
        size: Height and width of the images, instead of the default of the format.
        splits: Number of images in each split, ``train`` and ``val``, instead of the defaults of the format.
        workers: Number of processes that share the work; 0 uses only this one.
    """
    folders = []
    for exporter in exporters:
        request = _plan(exporter, seed, size, splits or {})
        folders.append(_make_format(Path(root) / exporter.name, request, workers))
    return folders


def is_whole(folder: Path, request: Request) -> bool:
    """Return whether a folder has all files of a request, unchanged."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return False
    try:
        found = json.loads(manifest.read_text())
    except json.JSONDecodeError:
        return False
    return found.get('recipe') == request.describe() and found.get('digest') == _digest(folder)


def _plan(exporter: Exporter, seed: int, size: int | None, splits: Mapping[str, int]) -> Request:
    own = exporter.splits
    for split, number in splits.items():
        if split not in own:
            raise ValueError(f'{exporter.title} has no split {split!r}. Splits: {", ".join(own)}.')
        if number < 1:
            raise ValueError(f'{split}={number}: a split needs at least one picture.')
    return Request(exporter, seed, size or exporter.size, {**own, **splits})


def _make_format(folder: Path, request: Request, workers: int) -> Path:
    if is_whole(folder, request):
        print(f'{folder}: complete, nothing to do')
        return folder
    if folder.exists() and not (folder / MANIFEST).exists():
        raise FileExistsError(
            f'{folder} has no {MANIFEST}, so {request.exporter.title} did not make it and will not replace it. '
            'Move it away or choose another folder.'
        )
    _remove_leftovers(folder)
    partial_folder = folder.with_name(f'{folder.name}{PARTIAL}{os.getpid()}')
    _write_scenes(partial_folder, request, workers)
    write_card(partial_folder, {'source': request.source})
    manifest = dict(recipe=request.describe(), digest=_digest(partial_folder))
    text = json.dumps(manifest, indent=2).encode()
    write_atomically(partial_folder / MANIFEST, lambda file: file.write(text))
    _put(partial_folder, folder, request)
    return folder


def _put(partial_folder: Path, folder: Path, request: Request) -> None:
    """Move a finished folder to its place, unless another process was faster."""
    try:
        if not is_whole(folder, request):
            shutil.rmtree(folder, ignore_errors=True)
            partial_folder.rename(folder)
    except OSError:  # of another that came in between
        if not is_whole(folder, request):
            raise
    finally:
        shutil.rmtree(partial_folder, ignore_errors=True)


def _remove_leftovers(folder: Path) -> None:
    """Remove folders of processes that were killed, but not of processes that are still running."""
    for leftover in folder.parent.glob(f'{folder.name}{PARTIAL}[0-9]*'):
        if not _is_another(int(leftover.name.rpartition('-')[2])):
            shutil.rmtree(leftover, ignore_errors=True)


def _is_another(process: int) -> bool:
    """Return whether another process with that number is running."""
    return process != os.getpid() and psutil.pid_exists(process)


def _write_scenes(folder: Path, request: Request, workers: int) -> None:
    write = partial(_write_scene, folder, request)
    jobs = [(split, index) for split, number in request.splits.items() for index in range(number)]
    title = f'Drawing {request.exporter.name}'
    request.exporter.prepare()
    with ProcessPoolExecutor(workers) if workers else nullcontext() as pool:
        written = pool.map(write, jobs, chunksize=64) if pool else map(write, jobs)
        records = list(track(written, title, total=len(jobs)))
    for split in request.splits:
        of_split = [record for job, record in zip(jobs, records, strict=True) if record and job[0] == split]
        request.exporter.finish(folder, split, of_split)


def _write_scene(folder: Path, request: Request, job: tuple[str, int]) -> dict | None:
    """Draw one scene from its own generator, so that the result does not depend on order or on other scenes."""
    split, index = job
    rng = np.random.default_rng([request.seed, index, *f'{request.exporter.name}/{split}'.encode()])
    exporter = request.exporter
    return exporter.write(folder, split, index, exporter.draw(rng, index, request.size))


def _digest(folder: Path) -> str:
    """Hash names and contents of all files but the manifest."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob('*') if path.is_file() and path.name != MANIFEST):
        content = path.read_bytes()
        whole.update(f'{path.relative_to(folder).as_posix()} {len(content)}\n'.encode())
        whole.update(content)
    return whole.hexdigest()
