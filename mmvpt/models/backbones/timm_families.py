"""What a TimmViT becomes; imported only when one is built, as timm is optional."""

from __future__ import annotations

from timm.models.eva import Eva
from timm.models.vision_transformer import VisionTransformer

from .timm_vit import TimmViT


class TimmVisionTransformer(TimmViT, VisionTransformer):  # type: ignore[misc]  # its forward returns maps
    """A TimmViT of timm's VisionTransformer family."""


class TimmEva(TimmViT, Eva):  # type: ignore[misc]
    """A TimmViT of timm's Eva family."""


#: By the module of timm that knows the names.
FAMILIES: dict[str, type[TimmViT]] = {'vision_transformer': TimmVisionTransformer, 'eva': TimmEva}
