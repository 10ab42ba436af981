"""The families of timm whose ViTs can be backbones; imported only when one is built, as timm is optional."""

from __future__ import annotations

from timm.models.eva import Eva
from timm.models.vision_transformer import VisionTransformer

from .timm_features import TimmFeatures


class TimmVisionTransformer(TimmFeatures, VisionTransformer):  # type: ignore[misc]  # its forward returns maps
    """A backbone of timm's VisionTransformer family."""


class TimmEva(TimmFeatures, Eva):  # type: ignore[misc]
    """A backbone of timm's Eva family."""


#: By the module of timm that knows the names.
TIMM_FAMILIES: dict[str, type[TimmFeatures]] = {'vision_transformer': TimmVisionTransformer, 'eva': TimmEva}
