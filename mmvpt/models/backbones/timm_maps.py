"""Feature maps of an EfficientNet of timm; imported only when one is built, as timm is optional."""

from __future__ import annotations

from timm.models.efficientnet import EfficientNet
from torch import Tensor

from mmvpt.anatomy.hosts.timm import ends_of_strides
from mmvpt.models.pretrained import load_pretrained, split_init_cfg


class EfficientNetMaps(EfficientNet):  # type: ignore[misc]  # its forward returns maps
    """An EfficientNet that returns some of its maps."""

    init_cfg: dict | None
    out_indices: tuple[int, ...]

    @property
    def ends(self) -> list[int]:
        """Places in ``blocks`` where the maps of each stride from 4 on end."""
        return ends_of_strides(self)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        """Maps of the image, one for each of ``out_indices``."""
        maps: list[Tensor] = []
        x = self.bn1(self.conv_stem(image))
        for place, stage in enumerate(self.blocks):
            x = stage(x)
            if place in self.ends:
                maps.append(x)
            if len(maps) > self.out_indices[-1]:
                break
        else:
            maps.append(self.bn2(self.conv_head(x)))
        return tuple(maps[index] for index in self.out_indices)

    def init_weights(self) -> None:
        """Load the pretrained file, if there is one; timm drew the weights as it built them."""
        pretrained, _ = split_init_cfg(self.init_cfg)
        if pretrained:
            load_pretrained(self, **pretrained)
