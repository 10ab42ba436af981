"""The prompt block of Pro-tuning: a light convolutional branch beside a feature map."""

from __future__ import annotations

import torch
from mmcv.cnn import build_activation_layer, build_norm_layer
from mmengine.model import BaseModule
from torch import Tensor, nn


class PromptBlock(BaseModule):
    """Add a branch of three convolutions and a squeeze-and-excitation to a feature map: x + beta * f(x).

    f is a 1x1 convolution, a depth-wise one and a 1x1 convolution, each with its norm, then squeeze and excitation.

    Args:
        dim: Channels of the map, and of the branch.
        kernel_size: Side of the depth-wise kernel; odd.
        groups: Groups of the two 1x1 convolutions.
        se_reduction: By how much squeeze and excitation narrow the channels.
        beta: Weight of the branch at the start.
        learn_beta: Whether that weight trains.
        norm_cfg: The norm after each convolution.
        act_cfg: The activation after the first two norms.
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
    ) -> None:
        super().__init__()
        self.start = beta
        depth_wise = nn.Conv2d(dim, dim, kernel_size, padding=kernel_size // 2, groups=dim, bias=False)
        self.branch = nn.Sequential(
            nn.Conv2d(dim, dim, 1, groups=groups),
            build_norm_layer(norm_cfg, dim)[1],
            build_activation_layer(act_cfg),
            depth_wise,
            build_norm_layer(norm_cfg, dim)[1],
            build_activation_layer(act_cfg),
            nn.Conv2d(dim, dim, 1, groups=groups),
            build_norm_layer(norm_cfg, dim)[1],
            SqueezeExcitation(dim, dim // se_reduction),
        )
        weight = torch.empty(())
        if learn_beta:
            self.beta = nn.Parameter(weight)
        else:
            self.register_buffer('beta', weight)
        self.reset()

    def reset(self) -> None:
        """Draw all parameters anew."""
        for module in self.branch.modules():
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
        return torch.addcmul(x, self.beta, self.branch(x))


class SqueezeExcitation(BaseModule):
    """Weigh each channel by what the whole map holds (https://arxiv.org/abs/1709.01507)."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(dim, hidden, 1)
        self.excite = nn.Conv2d(hidden, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean(dim=(2, 3), keepdim=True)
        return x * self.excite(self.squeeze(means).relu()).sigmoid()
