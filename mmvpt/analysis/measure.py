"""Time and memory of functions, side by side in one process, where a ratio means something."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from statistics import median

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


def median_seconds(
    functions: Mapping[str, Callable[[], object]], repeats: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Time functions in turn, so that a machine that drifts slows all of them; the first round is warm-up.

    Args:
        functions: By name.
        repeats: Timed rounds.
        clock: ``time.process_time`` leaves out what other programs take, if one thread does the work.
    """
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(repeats + 1):
        for name, function in functions.items():
            _synchronize()
            start = clock()
            function()
            _synchronize()
            seconds[name].append(clock() - start)
    return {name: median(times[1:]) for name, times in seconds.items()}


def saved_bytes(forward: Callable[[], object], models: Iterable[nn.Module]) -> int:
    """Bytes of activations that a forward keeps for backward: every storage once, those of the models not at all."""
    weights = {param.untyped_storage().data_ptr() for model in models for param in model.parameters()}
    saved: dict[int, int] = {}
    alive = []  # a storage freed and taken again would count as one

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            saved[storage.data_ptr()] = storage.nbytes()
            alive.append(tensor)
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        forward()
    return sum(saved.values())


def count_flops(forward: Callable[[], object]) -> int:
    """Floating-point operations of the matrix products and convolutions of a forward, two for a multiply-add.

    Attention takes its plain form, as the counter does not see into fused kernels on a CPU. The forward runs with
    gradients, without which the counter stumbles over parameters that pass from module to module.
    """
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        forward()
    return counter.get_total_flops()


def _synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
