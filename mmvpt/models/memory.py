"""Whether memory can hold what tuners add to a batch."""

from __future__ import annotations

from torch import nn

from mmvpt.layers.memory import in_gib, total_memory

from .parts import tuned_backbones


def require_memory(model: nn.Module, batch: int) -> None:
    """Stop if the tensors that tuners add need more memory than there is, even without those of the backbone."""
    least = sum(tuned.tuner.least_memory(batch) for tuned in tuned_backbones(model).values())
    memory = total_memory()
    if memory is not None and least > memory:
        raise ValueError(
            f'The tuner would take at least {in_gib(least)} for a batch of {batch} images, and there are '
            f'{in_gib(memory)}. Take fewer prompts, or smaller batches (with accumulative_counts for the same sum).'
        )
