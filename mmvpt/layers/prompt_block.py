"""The prompt block of Pro-tuning: a light convolutional branch next to a feature map."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from mmcv.cnn import build_activation_layer, build_norm_layer
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


class PromptBlock(BaseModule):
    """Add a branch to a feature map: x + beta * f(x).

    f is a 1x1 convolution, a depth-wise one and a 1x1 convolution, each with its norm, then squeeze and excitation
    (https://arxiv.org/abs/1709.01507), which weighs each channel by what the whole map holds.

    Args:
        dim: Channels of the map, and of the branch.
        kernel_size: Side of the depth-wise kernel; odd.
        groups: Groups of the two 1x1 convolutions.
        se_reduction: By how much squeeze and excitation narrow the channels.
        beta: Weight of the branch at the start.
        learn_beta: Whether that weight trains.
        norm_cfg: The norm after each convolution.
        act_cfg: The activation after the first two norms.
        with_cp: Keep only x for the backward pass and compute the branch again there.
    """

    def __init__(
        self,
        dim: int,
        kernel_size: int,
        groups: int,
        se_reduction: int,
        beta: float,
        learn_beta: bool,
        norm_cfg: dict,
        act_cfg: dict,
        with_cp: bool,
    ) -> None:
        super().__init__()
        self.start = beta
        self.with_cp = with_cp
        depth_wise = nn.Conv2d(dim, dim, kernel_size, padding=kernel_size // 2, groups=dim, bias=False)
        self.convs = nn.Sequential(
            nn.Conv2d(dim, dim, 1, groups=groups),
            build_norm_layer(norm_cfg, dim)[1],
            build_activation_layer(act_cfg),
            depth_wise,
            build_norm_layer(norm_cfg, dim)[1],
            build_activation_layer(act_cfg),
            nn.Conv2d(dim, dim, 1, groups=groups),
            build_norm_layer(norm_cfg, dim)[1],
        )
        self.squeeze = nn.Conv2d(dim, dim // se_reduction, 1)
        self.excite = nn.Conv2d(dim // se_reduction, dim, 1)
        weight = torch.empty(())
        if learn_beta:
            self.beta = nn.Parameter(weight)
        else:
            self.register_buffer('beta', weight)
        self.reset()

    def reset(self) -> None:
        """Draw all parameters again."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(getattr(module, 'weight', None), Tensor):  # a norm
                nn.init.ones_(module.weight)
                nn.init.zeros_(module.bias)
        nn.init.constant_(self.beta, self.start)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def forward(self, x: Tensor) -> Tensor:
        if self.with_cp and self.training and torch.is_grad_enabled():
            return checkpoint(self._add_branch, x, use_reentrant=False, context_fn=self._contexts)
        return self._add_branch(x)

    def _add_branch(self, x: Tensor) -> Tensor:
        branch = self.convs(x)
        weights = self.excite(self.squeeze(branch.mean(dim=(2, 3), keepdim=True)).relu()).sigmoid()
        return torch.addcmul(x, branch, self.beta * weights)

    def _contexts(self) -> tuple[AbstractContextManager, AbstractContextManager]:
        """What surrounds the first computation of the branch, and the second."""
        return nullcontext(), _statistics_held(self.convs)


@contextmanager
def _statistics_held(module: nn.Module) -> Iterator[None]:
    """Let batch norms use the statistics of a batch and not count it a second time."""
    norms = [child for child in module.modules() if isinstance(child, _BatchNorm)]
    held = [(norm.momentum, norm.num_batches_tracked) for norm in norms]
    for norm, (_, count) in zip(norms, held, strict=True):
        norm.momentum, norm.num_batches_tracked = 0.0, None if count is None else count.clone()
    try:
        yield
    finally:
        for norm, (momentum, count) in zip(norms, held, strict=True):
            norm.momentum, norm.num_batches_tracked = momentum, count
