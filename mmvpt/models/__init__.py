"""The wrapper that binds a tuner into a backbone, and backbones that no host has."""

from .timm_vit import TimmViT
from .tuned_backbone import TunedBackbone

__all__ = ['TimmViT', 'TunedBackbone']
