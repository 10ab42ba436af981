"""The wrapper that binds a tuner into a backbone, and backbones and heads that no host has."""

from .alexnet import AlexNetFeatures
from .mlp_head import MLPHead
from .timm_vit import TimmViT
from .tuned_backbone import TunedBackbone

__all__ = ['AlexNetFeatures', 'MLPHead', 'TimmViT', 'TunedBackbone']
