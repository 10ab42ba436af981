"""The wrapper that binds a tuner into a backbone, and backbones and heads that no host has."""

from mmvpt.models.backbones.alexnet import AlexNetFeatures
from mmvpt.models.backbones.timm_efficientnet import TimmEfficientNet
from mmvpt.models.backbones.timm_vit import TimmViT

from .factor_model import FactorHead, FactorModel
from .mlp_head import MLPHead
from .tuned_backbone import TunedBackbone

__all__ = ['AlexNetFeatures', 'FactorHead', 'FactorModel', 'MLPHead', 'TimmEfficientNet', 'TimmViT', 'TunedBackbone']
