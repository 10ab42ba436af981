"""Batch norm over the images of all processes, where torch has it for GPUs only."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce
from torch.nn.modules.batchnorm import _BatchNorm


class CPUSyncBatchNorm(_BatchNorm):
    """:class:`torch.nn.SyncBatchNorm` for processes without a GPU: same values, gradients and statistics.

    Not a subclass of it, because DistributedDataParallel refuses those on the CPU.
    """

    process_group: dist.ProcessGroup | None = None

    def forward(self, x: Tensor) -> Tensor:  # (B, C, ...)
        if not (self.training and dist.is_available() and dist.is_initialized()):
            return super().forward(x)
        self._check_input_dim(x)
        values = x.float() if x.dtype in (torch.half, torch.bfloat16) else x
        mean, var, count = self._statistics(values)
        if self.running_mean is not None and self.running_var is not None:
            with torch.no_grad():
                momentum = self._count_this_batch()
                self.running_mean.lerp_(mean.to(self.running_mean.dtype), momentum)
                unbiased = var * count / (count - 1).clamp(min=1)
                self.running_var.lerp_(unbiased.to(self.running_var.dtype), momentum)
        y = (values - _per_channel(mean, x)) * _per_channel((var + self.eps).rsqrt(), x)
        if self.affine:
            y = y * _per_channel(self.weight, x) + _per_channel(self.bias, x)
        return y.to(x.dtype)

    def _statistics(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return mean, biased variance and count over all processes."""
        dims = [dim for dim in range(x.dim()) if dim != 1]
        ours = x.new_tensor([x.numel() // x.size(1)])
        sums = all_reduce(torch.cat([x.sum(dims), ours]), group=self.process_group)
        mean, count = sums[:-1] / sums[-1].detach(), sums[-1].detach()
        # a second round, since the difference E[x^2] - E[x]^2 loses the digits of a large mean
        squares = all_reduce((x - _per_channel(mean, x)).square().sum(dims), group=self.process_group)
        return mean, squares / count, count

    def _count_this_batch(self) -> float:
        """Return the momentum of this batch: the given one, or that of a cumulative average."""
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        return 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(
                f'Batch norm needs images and channels, at least (B, C); this has shape {tuple(input.shape)}.'
            )


def adopt_sync_batch_norms(model: nn.Module) -> int:
    """Turn every :class:`torch.nn.SyncBatchNorm` of a model into ours, in place, and return their number."""
    layers: list[nn.Module] = [module for module in model.modules() if isinstance(module, nn.SyncBatchNorm)]
    for layer in layers:
        layer.__class__ = CPUSyncBatchNorm
    return len(layers)


def _per_channel(vector: Tensor, x: Tensor) -> Tensor:
    return vector.view(1, -1, *[1] * (x.dim() - 2))
