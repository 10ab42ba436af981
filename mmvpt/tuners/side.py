"""Side-tuning: a small network in parallel to the frozen one (https://arxiv.org/abs/1912.13503)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Site, describe
from mmvpt.registry import MODELS

from .base import Tuner

#: A vector (B, C), tokens (B, L, C), a map (B, C, H, W), or several of them.
Features = Tensor | list[Tensor] | tuple[Tensor, ...]


@MODELS.register_module()
class SideTuning(Tuner):
    """A small network in parallel to the frozen one: sigmoid(alpha) * frozen + (1 - sigmoid(alpha)) * side.

    The side network sees the image. Its last output, averaged over its places if it is a map, passes a linear layer
    for each output of the backbone and joins what heads get there: class tokens, averages, and maps too, at all their
    places alike. A head behind an average pooling thus sees what it would see if the averages were mixed, as the
    public code of VPT does; of a dense head's map the side network changes no place more than another.

    alpha is one number and starts at 0, so half of each output comes from the side network from the start: this
    tuner does not begin as the plain backbone. No gradient passes through the backbone.

    Args:
        network: Config of the side network, any backbone whose outputs mmvpt knows. None is the AlexNet of VPT's
            public code (the paper names no network, but counts the parameters of this one), from scratch. That code
            has it pretrained on ImageNet: ``dict(type='mmvpt.AlexNetFeatures', init_cfg=dict(type='Pretrained',
            checkpoint=...))`` with torchvision's file.
    """

    def __init__(self, network: dict | None = None, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.network = MODELS.build(network or dict(type='mmvpt.AlexNetFeatures'))

    def attach(self, anatomy: Anatomy) -> None:
        widths = anatomy.output_widths(self)
        side = describe(self.network)
        self._options = side.options
        features = side.output_widths(self)[-1]
        self.projections = nn.ModuleList(nn.Linear(features, width, bias=False) for width in widths)
        self.alpha = nn.Parameter(torch.empty(()))
        self.reset()
        Site(anatomy.backbone).beside(self.mix)

    def reset(self) -> None:
        """Initialise the projections again, and weigh both sides alike."""
        for projection in self.projections:
            assert isinstance(projection, nn.Linear)
            projection.reset_parameters()
        nn.init.zeros_(self.alpha)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def mix(self, image: Tensor, outputs: Sequence[Features]) -> tuple:
        """Add the output of the side network to those of the backbone."""
        features = self.network(image, **self._options)[-1]
        if features.dim() == 4:
            features = features.mean(dim=(2, 3))
        share = self.alpha.sigmoid()
        sides = [(1 - share) * projection(features) for projection in self.projections]
        return tuple(_add(share, output, side) for output, side in zip(outputs, sides, strict=True))


def _add(share: Tensor, output: Features, side: Tensor) -> Features:
    """Mix a vector (B, C), tokens (B, L, C), a map (B, C, H, W), or each of several."""
    if isinstance(output, Tensor):
        return _mix(share, output, side)
    return type(output)(_mix(share, part, side) for part in output)


def _mix(share: Tensor, output: Tensor, side: Tensor) -> Tensor:
    return share * output + SHAPE[output.dim()](side)


#: How a vector (B, C) stands next to outputs of as many dimensions.
SHAPE = {
    2: lambda side: side,
    3: lambda side: side.unsqueeze(1),
    4: lambda side: side[:, :, None, None],
}
