"""Clutter as a data set that is drawn, not downloaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmpretrain.structures import DataSample
from rich.progress import track

from mmvpt.files.lock import locked
from mmvpt.files.mapped import map_rows, write_rows
from mmvpt.registry import DATASETS
from mmvpt.text.full_disk import say_where_full
from mmvpt.text.refused import Refused

from .draw import draw_picture
from .factors import read_factors
from .pretext import (
    CIRCLE_FACTORS,
    NUMBER_FACTORS,
    SEEN,
    WORD_FACTORS,
    form_shares,
    number_targets,
    patch_targets,
    word_targets,
)
from .ranges import Ranges
from .render import render
from .warm import warm_up

#: Raised with every change of code that lets the same ranges draw something else.
EDITION = 1


@DATASETS.register_module()
class DrawnClutter:
    """Pictures of Clutter with the targets of the pretext.

    Args:
        length: Number of pictures.
        seed: Other seeds draw other pictures.
        side: Height and width.
        grid: Patches along each side that have targets of their own.
        ranges: What differs from the ranges of the pretext; see :class:`mmvpt.datasets.clutter.Ranges`.
        keep: Folder of a file that keeps all pictures, so that they are drawn once; without it, each is drawn whenever
            it is asked for.
        workers: Processes that draw what is kept.
    """

    def __init__(
        self,
        length: int,
        seed: int = 0,
        side: int = 64,
        grid: int = 8,
        ranges: Mapping[str, Any] | None = None,
        keep: str | None = None,
        workers: int = 2,
    ) -> None:
        if length < 1 or side < 1 or grid < 1 or side % grid:
            raise Refused(
                f'length={length}, side={side}, grid={grid}: there has to be one picture at least, and each side has '
                'to be a whole number of patches.'
            )
        self.length, self.seed, self.grid = length, seed, grid
        self.ranges = replace(SEEN, side=side, **(ranges or {}))
        for kind in ('forms', 'textures', 'ground_textures'):
            if withheld := {*getattr(self.ranges, kind)} - {*getattr(SEEN, kind)}:
                names = ', '.join(sorted(withheld))
                raise Refused(f'ranges.{kind}: {names}: withheld from bases, so there is no target.')
        self.metainfo: dict[str, Any] = {}
        self.kept = self._keep(Path(keep), workers) if keep else None
        if self.kept is None:
            make_parts(self.ranges)

    def full_init(self) -> None:
        """Nothing: it is done."""

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, Any]:
        if self.kept is None:
            record = draw_record(self.ranges, self.seed, self.grid, index)
        else:
            record = np.array(self.kept[index]).view(record_type(self.ranges.side, self.grid))[0]
        sample = DataSample()
        for name in OF_SAMPLE:
            sample.set_field(torch.from_numpy(np.array(record[name])), name)
        return dict(inputs=torch.from_numpy(np.array(record['image'])).permute(2, 0, 1), data_samples=sample)

    def _keep(self, folder: Path, workers: int) -> np.ndarray:
        told = (WORD_FACTORS, NUMBER_FACTORS, CIRCLE_FACTORS, record_type(self.ranges.side, self.grid).descr)
        what = (EDITION, self.length, self.seed, self.grid, self.ranges, *told)
        key = hashlib.sha256(repr(what).encode()).hexdigest()
        path = folder / f'{key[:24]}.pictures'
        with locked(folder), say_where_full(path, 'give the same command again'):
            if not path.exists():
                write_rows(path, key, self._draw_all(workers), np.uint8)
            kept = map_rows(path, key, self.length, np.uint8)
        assert kept is not None
        return kept

    def _draw_all(self, workers: int) -> Iterator[np.ndarray]:
        make_parts(self.ranges)  # before the workers are forked, which share it
        draw = partial(draw_bytes, self.ranges, self.seed, self.grid)
        with ProcessPoolExecutor(workers, mp_context=get_context('fork')) as pool:
            drawn = pool.map(draw, range(self.length), chunksize=64)
            yield from track(drawn, f'Drawing {self.length:,} pictures', total=self.length)


#: What a sample has besides its image.
OF_SAMPLE = ('shares', 'words', 'numbers', 'patch_forms', 'patch_textures', 'patch_covered')


def make_parts(ranges: Ranges) -> None:
    """Make what pictures are made of."""
    cv2.setNumThreads(1)  # each process that draws has one core
    warm_up(ranges)


def record_type(side: int, grid: int) -> np.dtype:
    """All of a sample, in a fixed number of bytes."""
    return np.dtype(
        [
            ('image', np.uint8, (side, side, 3)),
            ('shares', np.float32, (len(SEEN.forms),)),
            ('words', np.int64, (len(WORD_FACTORS),)),
            ('numbers', np.float32, (len(NUMBER_FACTORS) + 2 * len(CIRCLE_FACTORS),)),
            ('patch_forms', np.int64, (grid**2,)),
            ('patch_textures', np.int64, (grid**2,)),
            ('patch_covered', np.float32, (grid**2,)),
        ]
    )


def draw_record(ranges: Ranges, seed: int, grid: int, index: int) -> np.ndarray:
    """Draw a picture and its targets; an array without dimensions."""
    picture = draw_picture(ranges, seed, index)
    rendering = render(picture)
    factors = read_factors(picture, rendering)
    record = np.zeros((), record_type(ranges.side, grid))
    record['image'] = rendering.image
    record['shares'] = form_shares(picture, rendering)
    record['words'] = word_targets(factors)
    record['numbers'] = number_targets(factors)
    for name, targets in patch_targets(picture, rendering, grid).items():
        record[f'patch_{name}'] = targets
    return record


def draw_bytes(ranges: Ranges, seed: int, grid: int, index: int) -> np.ndarray:
    """Draw a record as a row of bytes."""
    return np.frombuffer(draw_record(ranges, seed, grid, index).tobytes(), np.uint8)[None]
