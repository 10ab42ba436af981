"""Several trainings at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import torch

Key = TypeVar('Key', bound=Hashable)
Given = TypeVar('Given')
Done = TypeVar('Done')


def make_pool(jobs: int) -> Executor:
    """Processes that share the cores, each for many trainings; this process alone for one job."""
    if jobs == 1:
        return ThreadPoolExecutor(1)
    threads = max(1, (os.cpu_count() or 1) // jobs)
    return ProcessPoolExecutor(jobs, get_context('spawn'), torch.set_num_threads, (threads,))


def run_all(pool: Executor, run: Callable[[Given], Done], jobs: Mapping[Key, Given]) -> dict[Key, Done]:
    """Run all jobs in their order; the first error ends it, when what runs has ended."""
    with pool:
        futures = {key: pool.submit(run, job) for key, job in jobs.items()}
        try:
            return {key: future.result() for key, future in futures.items()}
        finally:
            pool.shutdown(cancel_futures=True)
