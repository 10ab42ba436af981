"""Several trainings at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import torch

Trial = TypeVar('Trial')
Result = TypeVar('Result')


def make_pool(jobs: int) -> Executor:
    """Processes that share the cores, each for many trainings; this process alone for one job."""
    if jobs == 1:
        return ThreadPoolExecutor(1)
    threads = max(1, (os.cpu_count() or 1) // jobs)
    return ProcessPoolExecutor(jobs, get_context('spawn'), torch.set_num_threads, (threads,))


def run_all(
    pool: Executor, run: Callable[[Trial, int], Result], trials: Sequence[Trial], seeds: Sequence[int]
) -> dict[tuple[Trial, int], Result]:
    """Run all trials with all seeds; the first error ends it, when what runs has ended.

    It goes seed by seed, so that an early stop leaves whole comparisons.
    """
    with pool:
        futures = {(trial, seed): pool.submit(run, trial, seed) for seed in seeds for trial in trials}
        try:
            return {key: future.result() for key, future in futures.items()}
        finally:
            pool.shutdown(cancel_futures=True)
