"""Loading of samples: each has its own random numbers, and an error names the sample."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from mmengine.dist import get_dist_info
from torch.utils.data import Dataset, Sampler

from mmvpt.datasets.empty import require_samples
from mmvpt.datasets.fetch_errors import explain
from mmvpt.datasets.sample_check import sample_fault

SAMPLE, STEP = 1, 2  # purposes of random numbers; each purpose has its own


class Draw(int):
    """An index into a data set, with its position in the stream of all samples of a run."""

    epoch: int
    position: int

    @classmethod
    def at(cls, epoch: int, position: int, index: int) -> Draw:
        """Draw ``index`` as number ``position`` of an epoch, counted over all processes."""
        draw = cls(index)
        draw.epoch, draw.position = epoch, position
        return draw


class DrawStream:
    """Wrapper of a sampler that gives each index its position; everything else is done by the sampler.

    MMEngine distributes indices to processes in turn, so the k-th index of a process is number
    ``k * num_processes + rank`` of the stream, for any number of processes.
    """

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler
        self._num_skipped = 0
        if hasattr(sampler, 'skip'):
            self._skip_sampler = sampler.skip
            sampler.skip = self._skip  # when it resumes, the train loop skips samples of the sampler that it has

    def _skip(self, num_samples: int) -> None:
        """Move to an absolute position in the stream of this process."""
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

    Torch's loaders call ``dataset.__getitems__`` for a whole batch, in the main process and in workers;
    :func:`fetch_of` puts this object there.

    Args:
        dataset: The data set of the samples.
        seed: If given, the random numbers of a sample depend only on the seed and on its position in the stream.
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
            sample = self.dataset[int(draw)]
        except Exception as error:
            raise ValueError(
                f'{self._files_of(int(draw))} (sample {int(draw)} of {type(self.dataset).__name__}) cannot be loaded: '
                f'{explain(error)}'
            ) from error
        fault = sample_fault(sample, len(getattr(self.dataset, 'metainfo', {}).get('classes') or ()))
        if fault:
            raise ValueError(f'{self._files_of(int(draw))} (sample {int(draw)}) {fault}')
        return sample

    def _files_of(self, index: int) -> str:
        info = self.dataset.get_data_info(index) if hasattr(self.dataset, 'get_data_info') else {}
        files = [str(value) for key, value in info.items() if key.endswith('path') and value]
        return ', '.join(files) or 'An unnamed file'


def fetch_of(dataset: Dataset) -> Fetch:
    """Return the fetch of a data set that has samples, and put it there if there was none."""
    require_samples(dataset)
    fetch = getattr(dataset, '__getitems__', None)
    if not isinstance(fetch, Fetch):
        fetch = dataset.__getitems__ = Fetch(dataset)  # type: ignore[attr-defined]
    return fetch


def seed_everything(*key: int) -> None:
    """Seed Python, NumPy and PyTorch from a tuple of non-negative numbers."""
    seed = int(np.random.SeedSequence(key).generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)
    # a worker has no GPU to seed, and torch would log a stack trace for each sample before the first use of a GPU
    (torch.manual_seed if torch.cuda.is_initialized() else torch.default_generator.manual_seed)(seed)


@contextmanager
def rng_restored() -> Iterator[None]:
    """Restore the states of the CPU's random number generators at the end."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
