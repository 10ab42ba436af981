"""The side network of VPT's public code for side-tuning."""

from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor, nn
from torchvision.models import alexnet

from mmvpt.anatomy import Anatomy, describe
from mmvpt.models.pretrained import load_pretrained, split_init_cfg
from mmvpt.registry import MODELS


@MODELS.register_module()
class AlexNetFeatures(BaseModule):
    """AlexNet of torchvision without its classifier: (B, 3, H, W) to (B, 9216).

    Its names are torchvision's, so torchvision's file needs no converter; what that has of the classifier is left out.

    Args:
        init_cfg: ``dict(type='Pretrained', checkpoint='alexnet-owt-....pth')``, of which no name may be missing; None
            starts at random.
    """

    out_channels = 256 * 6 * 6
    smallest = 63  # of a side, for the last pooling to have an output

    def __init__(self, init_cfg: dict | list[dict] | None = None) -> None:
        pretrained, others = split_init_cfg(init_cfg)
        super().__init__(others)
        self.pretrained = pretrained
        model = alexnet(weights=None)
        self.features, self.avgpool = model.features, model.avgpool

    def init_weights(self) -> None:
        """Draw weights as torchvision does, then load the pretrained file, if there is one."""
        for module in self.features:
            if isinstance(module, nn.Conv2d):
                module.reset_parameters()
        super().init_weights()
        if self.pretrained:
            load_pretrained(self, **self.pretrained)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        if min(image.shape[-2:]) < self.smallest:
            raise ValueError(
                f'AlexNet takes images of {self.smallest} x {self.smallest} and more, got {tuple(image.shape[-2:])}. '
                'Give SideTuning another network.'
            )
        return (self.avgpool(self.features(image)).flatten(1),)


@describe.register
def _(network: AlexNetFeatures) -> Anatomy:
    return Anatomy(network, outputs=[network.out_channels])
