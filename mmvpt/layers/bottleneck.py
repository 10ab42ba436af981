"""The bottleneck of adapters: a narrow network next to a sequence of tokens."""

from __future__ import annotations

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn


class Bottleneck(BaseModule):
    """Residual bottleneck, the identity at initialisation: x + up(GELU(down(x))).

    Args:
        dim: Channels of the tensor to edit.
        hidden: Channels in the middle.
        dead: Start with all parameters at zero, where neither weight ever has a gradient.
    """

    def __init__(self, dim: int, hidden: int, dead: bool = False) -> None:
        super().__init__()
        self.dead = dead
        self.down = nn.Linear(dim, hidden)
        self.up = nn.Linear(hidden, dim)
        self.reset()

    def reset(self) -> None:
        """Draw all parameters again."""
        if self.dead:
            nn.init.zeros_(self.down.weight)
        else:
            nn.init.kaiming_uniform_(self.down.weight, nonlinearity='linear')
        for zero in (self.down.bias, self.up.weight, self.up.bias):
            nn.init.zeros_(zero)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def forward(self, x: Tensor) -> Tensor:
        return x + self.up(F.gelu(self.down(x)))
