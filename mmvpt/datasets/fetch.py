"""How a data loader gets its samples: each with random numbers of its own, and with a name if it fails."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from mmengine.dist import get_dist_info
from torch.utils.data import Dataset, Sampler

from mmvpt.datasets.fetch_errors import explain

SAMPLE, STEP = 1, 2  # what random numbers are for; no two purposes share them


class Draw(int):
    """An index into a data set that remembers its place in the stream of all draws of a run."""

    epoch: int
    position: int

    @classmethod
    def at(cls, epoch: int, position: int, index: int) -> Draw:
        """Draw ``index`` as number ``position`` of an epoch, counted over all processes."""
        draw = cls(index)
        draw.epoch, draw.position = epoch, position
        return draw


class DrawStream:
    """Iterate a sampler and give each index its place; everything else is the sampler's.

    MMEngine deals indices out to processes in turn, so that the k-th index of a process is number
    ``k * num_processes + rank`` of the stream, whatever the number of processes.
    """

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler
        self._num_skipped = 0
        if hasattr(sampler, 'skip'):
            self._skip_sampler = sampler.skip
            sampler.skip = self._skip  # on resuming, the train loop skips on the sampler that it knows

    def _skip(self, num_samples: int) -> None:
        """Go to an absolute position of this process' stream."""
        self._skip_sampler(num_samples)
        self._num_skipped = num_samples

    def __iter__(self) -> Iterator[Draw]:
        rank, num_processes = get_dist_info()
        epoch = getattr(self.sampler, 'epoch', 0)
        for count, index in enumerate(self.sampler, start=self._num_skipped):
            yield Draw.at(epoch, count * num_processes + rank, index)

    def __len__(self) -> int:
        return len(self.sampler)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self.sampler, name)


class Fetch:
    """Load the samples of a batch.

    Torch's loaders call ``dataset.__getitems__`` for a whole batch, in the main process and in workers alike;
    :func:`fetch_of` puts this there.

    Args:
        dataset: Where the samples are.
        seed: With it, the random numbers of a sample depend on the seed and its place in the stream only.
    """

    def __init__(self, dataset: Dataset, seed: int | None = None) -> None:
        self.dataset = dataset
        self.seed = seed

    def __call__(self, draws: Sequence[int]) -> list[object]:
        with rng_restored():
            return [self._load(draw) for draw in draws]

    def _load(self, draw: int) -> object:
        if self.seed is not None and isinstance(draw, Draw):
            seed_everything(SAMPLE, self.seed, draw.epoch, draw.position)
        try:
            return self.dataset[int(draw)]
        except Exception as error:
            raise ValueError(
                f'{self._files_of(int(draw))} (sample {int(draw)} of {type(self.dataset).__name__}) cannot be loaded: '
                f'{explain(error)}'
            ) from error

    def _files_of(self, index: int) -> str:
        info = self.dataset.get_data_info(index) if hasattr(self.dataset, 'get_data_info') else {}
        files = [str(value) for key, value in info.items() if key.endswith('path') and value]
        return ', '.join(files) or 'An unnamed file'


def fetch_of(dataset: Dataset) -> Fetch:
    """The fetch of a data set, put in its place if there was none."""
    fetch = getattr(dataset, '__getitems__', None)
    if not isinstance(fetch, Fetch):
        fetch = dataset.__getitems__ = Fetch(dataset)  # type: ignore[attr-defined]
    return fetch


def seed_everything(*key: int) -> None:
    """Seed Python, NumPy and PyTorch from a tuple of non-negative numbers."""
    seed = int(np.random.SeedSequence(key).generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)
    # a worker has no GPU to seed, and before the first use of one torch would log a stack trace each time
    (torch.manual_seed if torch.cuda.is_initialized() else torch.default_generator.manual_seed)(seed)


@contextmanager
def rng_restored() -> Iterator[None]:
    """Put the random number generators of the CPU back to where they were."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
