"""The head that classifies in VPT: linear, or an MLP (https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

import math

from mmpretrain.models.heads import ClsHead
from torch import Tensor, nn

from mmvpt.registry import MODELS


@MODELS.register_module()
class MLPHead(ClsHead):
    """MLP-k: hidden layers as wide as the features, each with ReLU, batch norm and dropout, then a linear layer.

    The MLP-3 of the VPT paper has ``num_layers=3``. With ``num_layers=1`` it is a linear head that starts as the
    paper's does.

    Args:
        num_classes: Width of the output.
        in_channels: Width of the features, and of the hidden layers.
        num_layers: Linear layers, the last one included.
        dropout: Behind each hidden layer.
        prior: Probability that each class has at the start by the bias of the last layer, as if classes were judged
            one by one. The softmax does not see it.
        **kwargs: Loss and accuracy, see mmpretrain's ``ClsHead``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_layers: int = 3,
        dropout: float = 0.1,
        prior: float = 0.01,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        _check(num_classes, num_layers, dropout, prior)
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.bias = -math.log((1 - prior) / prior)
        self.hidden = nn.Sequential(*(_hidden(in_channels, dropout) for _ in range(num_layers - 1)))
        self.fc = nn.Linear(in_channels, num_classes)
        self.reset()

    def reset(self) -> None:
        """Draw all parameters again: He's start by the outputs of each layer."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, a=0, mode='fan_out')
                nn.init.zeros_(module.bias)
        nn.init.constant_(self.fc.bias, self.bias)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def pre_logits(self, feats: tuple[Tensor, ...]) -> Tensor:
        """What the last layer reads: features of the last stage, through the hidden layers."""
        return self.hidden(feats[-1])

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Scores of the classes."""
        return self.fc(self.pre_logits(feats))


def _hidden(width: int, dropout: float) -> nn.Module:
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(inplace=True), nn.BatchNorm1d(width), nn.Dropout(dropout))


def _check(num_classes: int, num_layers: int, dropout: float, prior: float) -> None:
    for name, value in dict(num_classes=num_classes, num_layers=num_layers).items():
        if value < 1:
            raise ValueError(f'{name} of MLPHead must be 1 or more, got {value}.')
    if not 0 <= dropout < 1:
        raise ValueError(f'dropout must be in [0, 1), got {dropout}.')
    if not 0 < prior < 1:
        raise ValueError(f'prior is a probability between 0 and 1, got {prior}. The paper has 0.01; 0.5 is no prior.')
